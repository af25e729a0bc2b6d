// The input of every report. Writers, statistics and tables read only this; only load_results reads
// the run directory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "models/complexity.h"
#include "models/parameter.h"
#include "reports/metric_values.h"
#include "sweep/spec/metric.h"
#include "sweep/store/confusion.h"
#include "sweep/store/correct_images.h"
#include "sweep/store/data_summary.h"
#include "sweep/store/run_directory.h"
#include "sweep/store/trial_result.h"
#include "sweep/store/variant_result.h"

namespace firesweep::reports {

/// A value for each of ResultsTable::axis_keys, in that order.
using AxisValues = std::vector<models::ParameterValue>;

/// A design of the sweep as it is known before training.
struct Design {
  AxisValues axes;
  std::vector<AxisValues> aliases;  // other combinations that round to the same design
  models::Complexity complexity{};  // what metrics of designs are taken from
};

/// A trial with its result.
struct Row {
  std::string id;
  std::size_t design = 0;  // into ResultsTable::designs
  std::uint64_t seed = 0;
  sweep::TrialState state = sweep::TrialState::kPending;
  MetricValues metrics;                      // those of sweep::MetricSource::kResult
  std::string reason;                        // why, for every final state but completed
  std::optional<sweep::Failure> failure;     // of a failed trial
  std::vector<sweep::EpochMetrics> history;  // one entry per finished epoch
  /// Of the validation images after the last epoch; absent in older runs.
  std::optional<sweep::Confusion> validation_confusion{};
  /// In the order of the split, the same for all trials; absent in older runs.
  std::optional<sweep::CorrectImages> validation_correct{};
  std::optional<sweep::CorrectImages> test_correct{};
  bool is_final = false;  // of a final seed
};

/// A variant that a stage after training makes of a row's trial.
struct VariantRow {
  std::size_t row = 0;  // into ResultsTable::rows or final_rows
  sweep::Variant variant;
  std::optional<sweep::VariantResult> result;  // none: not made yet
  bool is_final = false;                       // of a trial of final_rows
};

/// One of the runs a table was read from.
struct RunSource {
  std::string directory;  // as it was given
  std::string sweep;
  std::string created;  // UTC, ISO 8601
  std::vector<std::string> command_line;
};

struct ResultsTable {
  /// The metrics that the rows have.
  std::span<const sweep::Metric> metrics = sweep::metrics();
  std::string sweep;                                      // its name
  std::string created;                                    // UTC, ISO 8601
  nlohmann::json environment = nlohmann::json::object();  // of the coordinator
  /// Distinct environments trials were trained in, in a fixed order.
  std::vector<nlohmann::json> worker_environments;
  nlohmann::json dataset = nlohmann::json::object();
  std::string dataset_checksum;
  std::int64_t classes = 0;  // of the data set; 0: unknown
  /// What the runs know of their images; absent in older runs, and where merged runs differ in it.
  std::optional<sweep::DataSummary> data{};
  /// Keys of `model:` and `training:` that have one value in the whole sweep.
  nlohmann::json fixed_model = nlohmann::json::object();
  nlohmann::json fixed_training = nlohmann::json::object();
  std::vector<std::string> command_line;
  std::vector<std::string> objectives;
  std::vector<std::string> axis_keys;  // without the seed
  std::vector<Design> designs;
  std::vector<Row> rows;  // in the sweep's order: designs in order, seeds fastest
  /// Trials of final seeds, in the same order. They were added to designs after these were chosen:
  /// nothing that chooses or compares designs may read them (reports/final_seeds.h).
  std::vector<Row> final_rows{};
  std::vector<VariantRow> variants;  // in the order of the rows, then of the stages
  bool has_stages = false;           // whether the sweep asks for variants
  std::vector<RunSource> runs;
  std::vector<std::string> notes;  // for readers: how runs were merged
};

/// Whether the page shows a metric for every design: one that is always there, or an objective.
[[nodiscard]] bool is_on_page(const ResultsTable& table, const sweep::Metric& metric);

/// The trial of a variant.
[[nodiscard]] const Row& row_of(const ResultsTable& table, const VariantRow& variant);

/// Finished epochs of a trial.
[[nodiscard]] std::size_t epoch_count(const Row& row);

/// Trained to the end: completed or did_not_learn.
[[nodiscard]] bool is_trained(sweep::TrialState state);
/// Whether a trial counts as an outcome of its design: it was trained to the end, or diverged. What
/// a machine did (failed) and what was not trained to the end says nothing about the design.
[[nodiscard]] bool is_counted(sweep::TrialState state);
/// What a trial contributes to means, comparisons and the front: the value of the metric at
/// `metric` (an index into the table's) if it was trained to the end; the chance level of an
/// accuracy if it diverged, because what it learned is worth a guess; else nothing.
[[nodiscard]] std::optional<double> counted_value(const ResultsTable& table, const Row& row,
                                                  std::size_t metric);
/// The accuracy of a network that guesses; absent for metrics that are no accuracies.
[[nodiscard]] std::optional<double> chance_level(const ResultsTable& table,
                                                 const sweep::Metric& metric);

/// Reads manifests, results and epochs. A trial without a result is pending. Several runs are
/// merged (reports/merge.h); of a trial that is in several the first result counts that
/// `is_counted()`, else the first result, and a note reports where those differ. `objectives`
/// replaces those of the sweep, unless empty. A data.json that can't be read is a note. `metrics`
/// must outlive the table. Throws FileError if there is no manifest, Error ("path: ...") for a
/// malformed file and for runs that can't be merged. Precondition: not empty.
[[nodiscard]] ResultsTable load_results(std::span<const sweep::RunDirectory> directories,
                                        const std::vector<std::string>& objectives = {},
                                        std::span<const sweep::Metric> metrics = sweep::metrics());
[[nodiscard]] ResultsTable load_results(const sweep::RunDirectory& directory);
/// The same by a manifest that need not have been written yet.
[[nodiscard]] ResultsTable load_results(const sweep::RunDirectory& directory,
                                        sweep::Manifest manifest);

}  // namespace firesweep::reports
