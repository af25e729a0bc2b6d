// Pareto front and hypervolume. The geometry works on costs, where less is always better: values of
// maximised objectives change their sign once, on the way in.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "reports/points.h"
#include "reports/results_table.h"
#include "sweep/objective.h"

namespace firesweep::reports {

/// A cost for each objective; finite.
using Costs = std::vector<double>;

/// Whether `a` is nowhere worse than `b` and somewhere better. Equal costs don't dominate each
/// other.
[[nodiscard]] bool dominates(const Costs& a, const Costs& b);

/// For each candidate whether no other dominates it; equal ones are all kept. All of one dimension.
/// O(n log n) for two objectives, O(n * front) for others.
[[nodiscard]] std::vector<bool> non_dominated(std::span<const Costs> candidates);

/// Exact volume of what the candidates dominate, bounded by `reference`. Candidates that are not
/// better than the reference everywhere add nothing. Exponential in the number of objectives beyond
/// two: meant for a few.
[[nodiscard]] double hypervolume(std::span<const Costs> candidates, const Costs& reference);

/// The front of a sweep's points under its objectives.
struct Front {
  std::vector<sweep::Objective> objectives;
  std::vector<bool> on_front;           // for each point; never where no trial completed
  std::vector<double> reference_point;  // a value for each objective; empty if there is no point
  /// On linear scales, in the product of the objectives' units; absent if no trial completed.
  std::optional<double> hypervolume;
};

/// The reference is 0 for maximised objectives and the largest value of all points for minimised
/// ones. For properties of designs it is known before training, so it is the same for every run of
/// the sweep. Throws Error for an unknown objective.
[[nodiscard]] Front find_front(const ResultsTable& table, std::span<const PointSummary> points);

}  // namespace firesweep::reports
