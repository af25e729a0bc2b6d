// Trials aggregated over seeds. Only completed trials enter a mean; the others are counted beside
// it, never averaged in.
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
  std::size_t pending =
      0;  // running and paused ones too: a report looks at files, not at processes
  std::size_t completed = 0;
  std::size_t failed = 0;
  std::size_t diverged = 0;
  std::size_t did_not_learn = 0;
  std::size_t pruned = 0;

  void add(sweep::TrialState state);
  [[nodiscard]] std::size_t total() const;
  bool operator==(const StateCounts&) const = default;
};

/// 95 % intervals of a mean over seeds; absent for n < 2. What they are worth at few seeds:
/// docs/statistics.md.
struct SeedSummary : statistics::Summary {
  std::optional<statistics::Interval> bca;
  std::optional<statistics::Interval> student;
};

/// The interval to quote: Student's below kEnoughForBca seeds, where BCa's is too short, else
/// BCa's.
inline constexpr std::size_t kEnoughForBca = 20;
[[nodiscard]] const std::optional<statistics::Interval>& quoted_interval(
    const SeedSummary& summary);

struct PointSummary {
  StateCounts counts;
  std::span<const sweep::Metric> table;
  std::vector<SeedSummary> metrics;  // one for each of `table`; empty for those not summarised

  /// Completed trials: what every mean of the point is over.
  [[nodiscard]] std::size_t n() const { return counts.completed; }
};

/// One for each design, in that order.
[[nodiscard]] std::vector<PointSummary> summarize_points(const ResultsTable& table);
[[nodiscard]] StateCounts count_states(const ResultsTable& table);

/// The summary of a metric. Throws Error for a name that the point's table lacks.
[[nodiscard]] const SeedSummary& summary_of(const PointSummary& point, std::string_view metric);

/// What an objective judges a point by: the mean of a metric (nothing if no trial completed), one
/// minus it (validation_error), or a metric of the design. Throws Error for a name that the point's
/// table lacks.
[[nodiscard]] std::optional<double> objective_value(const Design& design, const PointSummary& point,
                                                    std::string_view objective);

}  // namespace firesweep::reports
