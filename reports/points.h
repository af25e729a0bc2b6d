// Trials aggregated over seeds. Only completed trials enter a mean; the others are counted.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "reports/results_table.h"
#include "reports/statistics/mean_interval.h"
#include "reports/statistics/summary.h"

namespace firesweep::reports {

/// Trials by state.
struct StateCounts {
  std::size_t pending = 0;  // includes running and paused ones: a report reads files, not processes
  std::size_t completed = 0;
  std::size_t failed = 0;
  std::size_t diverged = 0;
  std::size_t did_not_learn = 0;
  std::size_t pruned = 0;

  void add(sweep::TrialState state);
  [[nodiscard]] std::size_t total() const;
  bool operator==(const StateCounts&) const = default;
};

/// 95 % intervals of a mean over seeds; absent for n < 2. Their coverage with few seeds:
/// docs/statistics.md.
struct SeedSummary : statistics::Summary {
  std::optional<statistics::Interval> bca;
  std::optional<statistics::Interval> student;
};

/// The interval to quote: Student's below kEnoughForBca seeds, where BCa's is too short; else
/// BCa's.
inline constexpr std::size_t kEnoughForBca = 20;
[[nodiscard]] const std::optional<statistics::Interval>& quoted_interval(
    const SeedSummary& summary);

struct PointSummary {
  StateCounts counts;
  std::span<const sweep::Metric> table;
  std::vector<SeedSummary> metrics;  // one for each of `table`; empty for those not summarised

  /// Completed trials, over which every mean of the design is taken.
  [[nodiscard]] std::size_t n() const { return counts.completed; }
};

/// One for each design, in that order.
[[nodiscard]] std::vector<PointSummary> summarize_points(const ResultsTable& table);
[[nodiscard]] StateCounts count_states(const ResultsTable& table);

/// The summary of a metric. Throws Error for an unknown name.
[[nodiscard]] const SeedSummary& summary_of(const PointSummary& point, std::string_view metric);

/// The value of an objective for a design: the mean of a metric (absent if no trial completed), one
/// minus it (validation_error), or a metric of the design. Throws Error for an unknown name.
[[nodiscard]] std::optional<double> objective_value(const Design& design, const PointSummary& point,
                                                    std::string_view objective);

}  // namespace firesweep::reports
