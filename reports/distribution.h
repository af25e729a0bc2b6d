// The sweep's points as a whole: how their accuracies are distributed, and how early their order
// shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "reports/points.h"
#include "reports/results_table.h"
#include "reports/statistics/edf.h"

namespace firesweep::reports {

/// Of the points' mean validation_top1, over the grid: a grid is no random sample.
struct AccuracyDistribution {
  std::vector<statistics::EdfStep> steps;            // every point counts the same
  std::vector<statistics::EdfStep> size_normalised;  // sizes spread evenly on a logarithmic scale
  std::vector<double> band_at;                       // accuracies, ascending
  std::optional<statistics::EdfBand> band;           // of `steps` at these
};

[[nodiscard]] AccuracyDistribution distribute(const ResultsTable& table,
                                              std::span<const PointSummary> points);

/// How well the order of the points after some epoch agrees with their order at the end.
struct RankAgreement {
  std::int64_t epoch = 0;     // from 1
  std::size_t points = 0;     // whose completed trials all have this epoch and a later one
  std::optional<double> tau;  // Kendall's tau-b of mean validation_top1; absent for too few points
};

/// For every epoch but the last. Tells how short jobs may be: at 1 the order is final.
[[nodiscard]] std::vector<RankAgreement> rank_agreement(const ResultsTable& table);

}  // namespace firesweep::reports
