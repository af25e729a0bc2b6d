// The sweep's designs as a whole: the distribution of their accuracies, and how early their order
// is known.
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

/// Of the designs' mean accuracy_metric(), over the grid: a grid is not a random sample.
struct AccuracyDistribution {
  std::vector<statistics::EdfStep> steps;            // every design has the same weight
  std::vector<statistics::EdfStep> size_normalised;  // sizes spread evenly on a logarithmic scale
  std::vector<double> band_at;                       // accuracies, ascending
  std::optional<statistics::EdfBand> band;           // of `steps` at these
};

[[nodiscard]] AccuracyDistribution distribute(const ResultsTable& table,
                                              std::span<const PointSummary> points);

/// Agreement of the order of the designs after an epoch with their order at the end.
struct RankAgreement {
  std::int64_t epoch = 0;  // from 1
  std::size_t points = 0;  // whose trials, trained to the end, all have this epoch and a later one
  std::optional<double> tau;  // Kendall's tau-b of mean validation_top1; absent for too few designs
};

/// For every epoch except the last, in validation_top1: epochs know no other accuracy. Shows how
/// short trainings may be: 1 is the final order.
[[nodiscard]] std::vector<RankAgreement> rank_agreement(const ResultsTable& table);

}  // namespace firesweep::reports
