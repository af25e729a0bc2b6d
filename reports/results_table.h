// One plain struct with all a report needs. Writers, statistics and tables read this and nothing
// else; only load_results touches the run directory.
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
#include "sweep/spec/objective.h"
#include "sweep/store/run_directory.h"
#include "sweep/store/trial_result.h"

namespace firesweep::reports {

/// A value for each of ResultsTable::axis_keys, in that order.
using AxisValues = std::vector<models::ParameterValue>;

/// A point of the sweep as it is known before any training.
struct Design {
  AxisValues axes;
  std::vector<AxisValues> aliases;  // other combinations that round to the same design
  std::int64_t parameters = 0;
  std::int64_t macs = 0;  // one image, forward
  std::int64_t weight_bytes = 0;
  std::int64_t peak_activation_bytes = 0;
  std::vector<models::LayerComplexity> layers{};
};

/// A trial with what became of it. Accuracies are fractions; absent where there are none.
struct Row {
  std::string id;
  std::size_t design = 0;  // into ResultsTable::designs
  std::uint64_t seed = 0;
  sweep::TrialState state = sweep::TrialState::kPending;
  std::optional<double> validation_top1;
  std::optional<double> validation_top5;
  std::optional<double> test_top1;
  std::optional<double> test_top5;
  std::optional<double> train_seconds;
  std::optional<double> images_per_second;
  std::optional<double> test_seconds;
  std::string reason;                        // why, for every final state but completed
  std::optional<sweep::Failure> failure;     // of a failed trial
  std::vector<sweep::EpochMetrics> history;  // an entry a finished epoch
};

/// One of the runs a table was read from.
struct RunSource {
  std::string directory;  // as it was given
  std::string sweep;
  std::string created;  // UTC, ISO 8601
  std::vector<std::string> command_line;
};

struct ResultsTable {
  std::string sweep;                                      // its name
  std::string created;                                    // UTC, ISO 8601
  nlohmann::json environment = nlohmann::json::object();  // of the coordinator
  /// Distinct environments trials were trained in, in a fixed order.
  std::vector<nlohmann::json> worker_environments;
  nlohmann::json dataset = nlohmann::json::object();
  std::string dataset_checksum;
  /// Keys of `model:` and `training:` that have one value in the whole sweep.
  nlohmann::json fixed_model = nlohmann::json::object();
  nlohmann::json fixed_training = nlohmann::json::object();
  std::vector<std::string> command_line;
  std::vector<std::string> objectives;
  std::vector<std::string> axis_keys;  // without the seed
  std::vector<Design> designs;
  std::vector<Row> rows;  // in the sweep's order: designs in order, seeds fastest
  std::vector<RunSource> runs;
  std::vector<std::string> notes;  // what a reader must know of how runs were joined
};

/// A measured quantity of a trial, by its name in files.
struct Metric {
  std::string_view name;
  std::optional<double> Row::*value;
  sweep::Direction direction = sweep::Direction::kMaximize;
  std::string_view unit = "fraction";  // of 1, percent on screen
};

/// A quantity of a design that needs no training, by its name in files.
struct Property {
  std::string_view name;
  std::int64_t Design::*value;
};

/// validation_top1, validation_top5, test_top1, test_top5, train_seconds.
[[nodiscard]] std::span<const Metric> metrics();
[[nodiscard]] const Metric* find_metric(std::string_view name);
/// parameters, weight_bytes, macs, peak_activation_bytes.
[[nodiscard]] std::span<const Property> properties();
[[nodiscard]] const Property* find_property(std::string_view name);

/// Finished epochs of a trial.
[[nodiscard]] std::size_t epoch_count(const Row& row);

/// Reads manifests, results and epochs. A trial without a result is pending. Several runs are
/// merged (reports/merge.h); of a trial that is in several the first completed result counts, else
/// the first result, and a note says where completed ones differ. `objectives` replaces those of
/// the sweep, unless empty. Throws FileError if there is no manifest, Error ("path: ...") for a
/// malformed file and for runs that can't be merged. Precondition: not empty.
[[nodiscard]] ResultsTable load_results(std::span<const sweep::RunDirectory> directories,
                                        const std::vector<std::string>& objectives = {});
[[nodiscard]] ResultsTable load_results(const sweep::RunDirectory& directory);

}  // namespace firesweep::reports
