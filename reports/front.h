// The Pareto front: the designs that no other design dominates under the objectives of the sweep.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "reports/points.h"
#include "reports/results_table.h"
#include "sweep/spec/metric.h"

namespace firesweep::reports {

struct Front {
  std::vector<sweep::Metric> objectives;
  /// For each design; false where a value of an objective is missing.
  std::vector<bool> on_front;
  std::vector<double> reference_point;  // a value for each objective; empty without designs
  /// On linear scales, in the product of the objectives' units; absent if no trial completed.
  std::optional<double> hypervolume;
};

/// The reference is 0 for maximised objectives, 1 for minimised fractions and the largest value of
/// all designs for other minimised ones. For properties of designs it is known before training, so
/// it is the same for every run of the sweep. Throws Error for an unknown objective.
[[nodiscard]] Front find_front(const ResultsTable& table, std::span<const PointSummary> points);

/// For each design the fraction of bootstrap resamples in which it is on the front
/// (reports/statistics/front_probability.h); 0 where no trial completed.
[[nodiscard]] std::vector<double> find_front_probabilities(const ResultsTable& table,
                                                           std::span<const PointSummary> points,
                                                           const Front& front);

}  // namespace firesweep::reports
