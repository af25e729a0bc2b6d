// What one sweep file says, checked: keys known, values typed and in range, places remembered.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/architecture.h"
#include "models/parameter.h"

namespace firesweep::sweep {

/// Where something stands in the sweep file; lines and columns from 1, 0 if it came from elsewhere
/// (a default, a `--set`).
struct Location {
  int line = 0;
  int column = 0;
};

/// Key -> place, for errors that show only at expansion.
using Locations = std::map<std::string, Location, std::less<>>;

/// Which images, and how they are divided. All of it but `root` is part of a trial's identity.
struct DatasetSpec {
  std::string name;  // see runners/data/source_registry.h
  std::optional<std::filesystem::path>
      root;                           // where the files lie; the data set's default if absent
  std::optional<std::int64_t> train;  // images to train on; absent: all but `validation`
  std::int64_t validation = 5000;     // held out of the training part, stratified by class
  std::optional<std::int64_t> test;   // images of the test part; absent: all of it
  std::uint64_t split_seed = 0;       // decides which images are held out
  // Only for the synthetic data set.
  std::optional<models::Shape> shape;
  std::optional<std::int64_t> classes;
  std::string file;     // the sweep file as named on the command line, for error messages; or empty
  Locations locations;  // in that file
};

/// One axis of the grid: a key with its values, or several keys that move together (`zip:`).
struct Axis {
  std::vector<std::string> keys;
  /// values[i] is one step of the axis: a value for each of `keys`.
  std::vector<std::vector<models::ParameterValue>> values;
  std::vector<Location> locations;  // one for each step
};

struct ExecutorSpec;

/// `key=value` from the command line: `epochs=3`, `grid.SR=[0.125, 0.25]`, `dataset.train=2000`. A
/// bare key of `model` or `training` sets it there and removes the axis of that name if there is
/// one.
struct Override {
  std::string key;
  std::string value;  // YAML
};

/// One entry of `exclude:` or `include:`: values for some of the axis keys.
struct Combination {
  models::ParameterMap values;
  Location location;
};

struct SweepSpec {
  std::string file;  // as named on the command line, for error messages
  std::string text;  // the file as read: copied into the run directory
  std::string name;
  DatasetSpec dataset;
  /// Keys of `model:` and `training:` as written, `family` and `preset` among them; defaults are
  /// filled in at expansion, for `family` and `preset` may be axes too.
  models::ParameterMap model;
  models::ParameterMap training;
  Locations model_locations;
  Locations training_locations;
  std::vector<Axis> axes;  // grid axes in file order, then zip groups; never the seed
  std::vector<std::uint64_t> seeds;
  std::vector<Combination> exclude;
  std::vector<Combination> include;
  std::vector<std::string> objectives;  // names, see sweep/spec/metric.h
  /// Where it is to run; null if the file does not say. See sweep/executor_spec.h.
  std::shared_ptr<const ExecutorSpec> executor{};
  /// `--set executor.KEY=VALUE`, contained in `executor` if that is there; they win over a profile
  /// that is chosen later.
  std::vector<Override> executor_overrides{};
};

/// Splits "key=value". Throws ConfigError if there is no key or no '='.
[[nodiscard]] Override parse_override(std::string_view text);

/// Throws ConfigError ("file:line:column: ...") for anything wrong in the file, FileError if it
/// can't be read.
[[nodiscard]] SweepSpec load_sweep_spec(const std::filesystem::path& file,
                                        const std::vector<Override>& overrides = {});
[[nodiscard]] SweepSpec parse_sweep_spec(std::string text, std::string file_name,
                                         const std::vector<Override>& overrides = {});

/// "file:line:column: message", without what is unknown (an empty file name, line 0).
[[nodiscard]] std::string at(std::string_view file, Location location, std::string_view message);

}  // namespace firesweep::sweep
