// Reads and checks the parts of a sweep file. A file (sweep_spec.cpp) and `--set` (overrides.cpp)
// use the same parts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "sweep/spec/metric.h"
#include "sweep/spec/parameter_keys.h"
#include "sweep/spec/sweep_spec.h"
#include "sweep/spec/yaml_reader.h"

namespace firesweep::sweep {

/// Every key of `dataset:`.
[[nodiscard]] std::vector<std::string_view> dataset_keys();

class SpecReader {
 public:
  /// Borrows all but `directory`. A relative `dataset.root` is relative to `directory`. Objectives
  /// are those of `table`.
  SpecReader(const YamlReader& yaml, const ParameterKeys& keys, std::span<const Metric> table,
             std::filesystem::path directory);

  [[nodiscard]] std::string name(const YAML::Node& node) const;
  [[nodiscard]] std::vector<std::string> objectives(const YAML::Node& node) const;

  /// What the file asks of `stage`: values or lists of them, defaults for keys it does not name.
  [[nodiscard]] StageRequest stage(const YAML::Node& node, const Stage& stage) const;
  void set_stage_key(const YamlEntry& entry, const Stage& stage, StageRequest& request) const;

  [[nodiscard]] DatasetSpec dataset(const YAML::Node& node) const;
  void set_dataset_key(const YamlEntry& entry, DatasetSpec& dataset) const;

  /// Reads `model:` or `training:` into the spec.
  void parameters(const YAML::Node& node, Section section, SweepSpec& spec) const;
  void set_parameter(const YamlEntry& entry, Section section, SweepSpec& spec) const;

  /// `grid:`: axes and seeds.
  void grid(const YAML::Node& node, SweepSpec& spec) const;
  [[nodiscard]] Axis grid_axis(const YamlEntry& entry) const;
  /// A list, or `{count: 5}` with an optional `first`.
  [[nodiscard]] std::vector<std::uint64_t> seeds(const YAML::Node& node) const;
  /// `zip:`: axes whose keys move together. `spec` holds the grid's axes.
  void zip(const YAML::Node& node, SweepSpec& spec) const;
  /// `exclude:` or `include:`. `spec` holds all axes.
  [[nodiscard]] std::vector<Combination> combinations(const YAML::Node& node, std::string_view what,
                                                      const SweepSpec& spec) const;

 private:
  [[nodiscard]] models::ParameterValue dataset_option(const YamlEntry& entry,
                                                      const models::Parameter& parameter) const;
  void set_dataset_count(const YamlEntry& entry, DatasetSpec& dataset) const;
  [[nodiscard]] const models::Parameter& axis_parameter(const YamlEntry& entry,
                                                        std::string_view what) const;
  [[nodiscard]] std::vector<YAML::Node> axis_elements(const YamlEntry& entry,
                                                      const models::Parameter& parameter) const;
  [[nodiscard]] Axis zip_group(const YAML::Node& node) const;
  void check_distinct(const Axis& axis) const;
  [[nodiscard]] Combination combination(const YAML::Node& node, std::string_view what,
                                        const SweepSpec& spec) const;

  const YamlReader& yaml_;
  const ParameterKeys& keys_;
  std::span<const Metric> table_;
  std::filesystem::path directory_;
};

/// A request of `stage` with the default of each key.
[[nodiscard]] StageRequest default_request(const Stage& stage);

/// The axis that `key` belongs to, alone or with other keys; nullptr if there is none.
[[nodiscard]] const Axis* find_axis(const std::vector<Axis>& axes, std::string_view key);

/// Applies one `--set`.
void apply_override(const Override& override, const ParameterKeys& keys,
                    std::span<const Metric> table, SweepSpec& spec);

}  // namespace firesweep::sweep
