// The content of a sweep file, checked: known keys, typed values in range, with their locations.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/architecture.h"
#include "models/parameter.h"
#include "sweep/spec/metric.h"
#include "sweep/spec/stage.h"

namespace firesweep::sweep {

/// A location in the sweep file. Lines and columns count from 1; 0 if the value came from elsewhere
/// (a default, `--set`).
struct Location {
  int line = 0;
  int column = 0;
};

/// Key -> location, for errors found at expansion.
using Locations = std::map<std::string, Location, std::less<>>;

/// Which images, and how they are split. All except `root` is part of a trial's identity.
struct DatasetSpec {
  std::string name;  // see runners/data/source_registry.h
  std::optional<std::filesystem::path>
      root;                           // where the files are; the data set's default if absent
  std::optional<std::int64_t> train;  // images to train on; absent: all except `validation`
  /// Images that designs are selected on. Absent: the data set's own validation part, else 5,000
  /// held out of the training part, but at most a fifth of it.
  std::optional<std::int64_t> validation;
  /// Images of the test part; absent: all of it. Of a data set without one, images held out of the
  /// training part; absent: a fifth.
  std::optional<std::int64_t> test;
  std::uint64_t split_seed = 0;  // decides which images are held out
  // For the synthetic data set only.
  std::optional<models::Shape> shape;
  std::optional<std::int64_t> classes;
  /// Keys that only some sources take, as written (sweep/spec/dataset_keys.h).
  models::ParameterMap options;
  std::string file;     // the sweep file as named on the command line, for error messages; or empty
  Locations locations;  // in that file
};

/// One axis of the grid: a key with its values, or several keys that move together (`zip:`).
struct Axis {
  std::vector<std::string> keys;
  /// values[i] is step i of the axis: a value for each of `keys`.
  std::vector<std::vector<models::ParameterValue>> values;
  std::vector<Location> locations;  // one per step
};

struct ExecutorNode;

/// `key=value` from the command line: `epochs=3`, `grid.SR=[0.125, 0.25]`, `dataset.train=2000`. A
/// bare key of `model` or `training` sets it there and removes the axis of that name, if any.
struct Override {
  std::string key;
  std::string value;  // YAML
};

/// An entry of `exclude:` or `include:`: values for some of the axis keys.
struct Combination {
  models::ParameterMap values;
  Location location;
};

/// Every seed is exact in programs that read JSON numbers as doubles.
inline constexpr std::int64_t kMaxSeed = 9007199254740991;

struct SweepSpec {
  std::string file;  // as named on the command line, for error messages
  std::string text;  // the file as read; copied into the run directory
  std::string name;
  DatasetSpec dataset;
  /// Keys of `model:` and `training:` as written, including `family` and `preset`. Defaults are
  /// filled in at expansion, because `family` and `preset` may be axes.
  models::ParameterMap model;
  models::ParameterMap training;
  Locations model_locations;
  Locations training_locations;
  std::vector<Axis> axes;  // grid axes in file order, then zip groups; without the seed
  std::vector<std::uint64_t> seeds;
  std::vector<Combination> exclude;
  std::vector<Combination> include;
  std::vector<std::string> objectives;  // names, see sweep/spec/metric.h
  std::vector<StageRequest> stages;     // after training, in the order of the table of stages
  /// Where it runs, as written; null if the file has no executor. See sweep/spec/executor_node.h.
  std::shared_ptr<const ExecutorNode> executor{};
  /// `--set executor.KEY=VALUE`, already applied to `executor` if there is one. They override a
  /// profile that is chosen later.
  std::vector<Override> executor_overrides{};
};

/// Splits "key=value". Throws ConfigError if there is no key or no '='.
[[nodiscard]] Override parse_override(std::string_view text);

/// The objectives must be in `table`. Throws ConfigError ("file:line:column: ...") for any mistake
/// in the file, FileError if it can't be read.
[[nodiscard]] SweepSpec load_sweep_spec(const std::filesystem::path& file,
                                        const std::vector<Override>& overrides = {},
                                        std::span<const Metric> table = metrics());
[[nodiscard]] SweepSpec parse_sweep_spec(std::string text, std::string file_name,
                                         const std::vector<Override>& overrides = {},
                                         std::span<const Metric> table = metrics());

/// "file:line:column: message", without unknown parts (an empty file name, line 0).
[[nodiscard]] std::string at(std::string_view file, Location location, std::string_view message);

}  // namespace firesweep::sweep
