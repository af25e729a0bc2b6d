// The table of metrics: every quantity a trial or a design is measured by, once. Objectives, result
// rows, CSV columns, JSON members, their schema, the page's columns and the choices of --objective
// and --metric are made from it. A new metric is one entry in metric.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/complexity.h"

namespace firesweep::sweep {

enum class Direction { kMaximize, kMinimize };

enum class MetricSource {
  kDesign,      // known before training: of_design computes it
  kResult,      // of a finished trial: what its result.json has under the metric's name
  kComplement,  // 1 minus another metric; only to be judged by, never written
};

/// Columns of a metric of kResult in points.csv and pareto.csv, over the seeds of a design.
enum class SeedColumns { kNone, kMean, kMeanAndDeviation, kMeanDeviationAndIntervals };

struct Metric {
  std::string_view name;  // in files and on the command line: validation_top1, weight_bytes, ...
  Direction direction = Direction::kMaximize;
  std::string_view unit;         // "fraction" (percent on screen), "bytes", "seconds", "ms", ...
  std::string_view description;  // one line, without a full stop
  std::string_view heading;      // of a column of the page
  std::string_view title;        // of an axis of a chart
  MetricSource source = MetricSource::kResult;
  std::int64_t (*of_design)(const models::Complexity&) = nullptr;  // of kDesign
  std::string_view complement_of{};                                // of kComplement
  bool is_objective = true;                                        // a sweep may be judged by it
  bool is_summarized = true;  // of kResult: mean, deviation and intervals over seeds are reported
  bool is_on_page = true;     // shown for every design; not so what must not guide a selection
  bool is_in_trials_csv = true;
  /// Before the other metrics of designs in rows of trials: the order of columns that files have.
  bool is_first_in_trials = false;
  SeedColumns seed_columns = SeedColumns::kMeanAndDeviation;

  /// Varies with the seed.
  [[nodiscard]] bool is_measured() const { return source != MetricSource::kDesign; }
};

/// The entries of metric.cpp. Tests pass tables of their own, which must outlive what is read with
/// them.
[[nodiscard]] std::span<const Metric> metrics();
/// Null if there is none of that name.
[[nodiscard]] const Metric* find_metric(std::string_view name,
                                        std::span<const Metric> table = metrics());
/// Its place in `table`. Throws Error for an unknown name.
[[nodiscard]] std::size_t metric_index(std::string_view name,
                                       std::span<const Metric> table = metrics());

/// Names of the metrics a sweep may be judged by, in the table's order.
[[nodiscard]] std::vector<std::string_view> objective_names(
    std::span<const Metric> table = metrics());
/// Names of the metrics that are summarised over seeds, in the table's order.
[[nodiscard]] std::vector<std::string_view> summarized_names(
    std::span<const Metric> table = metrics());
/// {"validation_top1", "weight_bytes"}.
[[nodiscard]] std::vector<std::string> default_objectives();
[[nodiscard]] std::string_view to_string(Direction direction);

}  // namespace firesweep::sweep
