// The table of metrics: every measured quantity of a trial or design, once. Objectives, result
// rows, CSV columns, JSON members, their schema, the page's columns and the choices of --objective
// and
// --metric are generated from it. A new metric is one entry in metric.cpp.
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
  kResult,      // from the result.json of a finished trial, under the metric's name
  kComplement,  // 1 minus another metric; an objective only, never written
};

/// Columns of a metric in points.csv and pareto.csv, over the seeds of a design. For kResult only.
enum class SeedColumns { kNone, kMean, kMeanAndDeviation, kMeanDeviationAndIntervals };

/// A measure that counts every class alike, whatever its number of images: the mean over classes.
enum class ClassMean { kNone, kRecall, kF1 };

/// The images that a metric is about, and that another split would have chosen otherwise.
enum class ImagePart { kNone, kValidation, kTest };

struct Metric {
  std::string_view name;  // in files and on the command line: validation_top1, weight_bytes, ...
  Direction direction = Direction::kMaximize;
  std::string_view unit;         // "fraction" (percent on screen), "bytes", "seconds", "ms", ...
  std::string_view description;  // one line, without a period
  std::string_view heading;      // of its column on the page
  std::string_view title;        // of its axis in charts
  MetricSource source = MetricSource::kResult;
  std::int64_t (*of_design)(const models::Complexity&) = nullptr;  // for kDesign
  std::string_view complement_of{};                                // for kComplement
  bool is_objective = true;   // a sweep may use it as an objective
  bool is_summarized = true;  // for kResult: report mean, deviation and intervals over seeds
  /// Shown for every design. False if it must not guide the selection, or is for sweeps that have
  /// it as an objective.
  bool is_on_page = true;
  bool is_in_trials_csv = true;
  bool depends_on_machine = false;  // differs if the trial is trained again; for kResult
  /// Of an accuracy: how many of the classes a network that guesses has right, so that the chance
  /// level is guesses / classes; 0 for every other metric.
  std::int64_t guesses = 0;
  ImagePart images = ImagePart::kNone;
  bool is_proportion = false;  // of the images: each of them is either right or wrong
  ClassMean class_mean = ClassMean::kNone;
  /// Before the other design metrics in rows of trials: keeps the column order of existing files.
  bool is_first_in_trials = false;
  SeedColumns seed_columns = SeedColumns::kMeanAndDeviation;

  /// From a result, and bit-identical if the trial is trained again.
  [[nodiscard]] bool is_reproducible() const {
    return source == MetricSource::kResult && !depends_on_machine;
  }
  /// Varies with the seed.
  [[nodiscard]] bool is_measured() const { return source != MetricSource::kDesign; }
};

/// The entries of metric.cpp. Tests pass tables of their own, which must outlive everything that
/// refers to them.
[[nodiscard]] std::span<const Metric> metrics();
/// nullptr if there is no metric of that name.
[[nodiscard]] const Metric* find_metric(std::string_view name,
                                        std::span<const Metric> table = metrics());
/// Its index in `table`. Throws Error for an unknown name.
[[nodiscard]] std::size_t metric_index(std::string_view name,
                                       std::span<const Metric> table = metrics());

/// Names of the metrics that can be objectives, in the table's order.
[[nodiscard]] std::vector<std::string_view> objective_names(
    std::span<const Metric> table = metrics());
/// Names of the metrics that are summarised over the seeds, in the table's order.
[[nodiscard]] std::vector<std::string_view> summarized_names(
    std::span<const Metric> table = metrics());
/// {"validation_top1", "weight_bytes"}.
[[nodiscard]] std::vector<std::string> default_objectives();
[[nodiscard]] std::string_view to_string(Direction direction);

}  // namespace firesweep::sweep
