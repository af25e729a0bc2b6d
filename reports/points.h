// Trials aggregated over seeds. Every trial that says something about its design enters a mean,
// good or bad (is_counted() in results_table.h); the others are counted.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/results_table.h"
#include "reports/statistics/crossed_error.h"
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
  /// Those that enter a mean: completed, did_not_learn, diverged.
  [[nodiscard]] std::size_t counted() const { return completed + did_not_learn + diverged; }
  bool operator==(const StateCounts&) const = default;
};

/// Of a metric over the seeds of a design. The error and the interval of the mean are about other
/// seeds and, for a fraction of images, about other images (statistics/crossed_error.h).
struct SeedSummary : statistics::Summary {
  std::optional<statistics::CrossedError> error;  // absent for n < 2; see error_of_mean()
  /// 95 %. Absent for fewer than three seeds, and of an accuracy also where a trial diverged or did
  /// not learn: no interval from a few seeds holds its coverage then (docs/statistics.md).
  std::optional<statistics::Interval> interval;

  [[nodiscard]] std::optional<double> standard_error() const {
    return error ? std::optional(error->standard_error()) : std::nullopt;
  }
};

struct PointSummary {
  StateCounts counts;
  std::span<const sweep::Metric> table;
  std::vector<SeedSummary> metrics;  // one for each of `table`; empty for those not summarised

  /// Trials over which the design's mean accuracy is taken: completed, did_not_learn, diverged.
  [[nodiscard]] std::size_t n() const { return counts.counted(); }
  /// Whether the design may be on the front or be recommended: some trial of it completed.
  [[nodiscard]] bool can_lead() const { return counts.completed > 0; }
};

/// One for each design, in that order.
[[nodiscard]] std::vector<PointSummary> summarize_points(const ResultsTable& table);
/// The same over final seeds only; empty if the table has none.
[[nodiscard]] std::vector<PointSummary> summarize_finals(const ResultsTable& table);
/// Without final seeds.
[[nodiscard]] StateCounts count_states(const ResultsTable& table);
[[nodiscard]] StateCounts count_final_states(const ResultsTable& table);

/// For a column of n: "3", "2 of 3", "3 (1 diverged, 1 did not learn)".
[[nodiscard]] std::string count_text(const StateCounts& counts);
/// The same in a sentence: "2 of 3 trials, of which 1 diverged".
[[nodiscard]] std::string count_words(const StateCounts& counts);
/// "Means include trials that did not learn, and count the diverged ones at chance level
/// (10.0 %)."; "" if there are none.
[[nodiscard]] std::string marked_trials_sentence(const ResultsTable& table);

/// The summary of a metric. Throws Error for an unknown name.
[[nodiscard]] const SeedSummary& summary_of(const PointSummary& point, std::string_view metric);

/// The value of an objective for a design: the mean of a metric (absent if no trial counts), one
/// minus it (validation_error), or a metric of the design. Throws Error for an unknown name.
[[nodiscard]] std::optional<double> objective_value(const Design& design, const PointSummary& point,
                                                    std::string_view objective);

}  // namespace firesweep::reports
