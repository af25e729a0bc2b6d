// Pareto dominance and hypervolume as pure geometry. Works on costs, where less is always better:
// values of maximised objectives change their sign on the way in.
#pragma once

#include <span>
#include <vector>

namespace firesweep::reports::statistics {

/// A cost for each objective; finite.
using Costs = std::vector<double>;

/// Whether `a` is nowhere worse than `b` and somewhere better. Equal costs don't dominate each
/// other.
[[nodiscard]] bool dominates(const Costs& a, const Costs& b);

/// For each candidate whether no other dominates it; equal ones are all kept. All of one dimension.
/// O(n log n) for one and two objectives, O(n * front) for more.
[[nodiscard]] std::vector<bool> non_dominated(std::span<const Costs> candidates);

/// Exact volume of what the candidates dominate, bounded by `reference`. Candidates that are not
/// better than the reference everywhere add nothing. O(n log n) up to three objectives, a factor n
/// for each one more: 1,000 candidates in four take half a second.
[[nodiscard]] double hypervolume(std::span<const Costs> candidates, const Costs& reference);

}  // namespace firesweep::reports::statistics
