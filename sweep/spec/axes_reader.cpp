// The part of SpecReader that reads the axes: grid, zip, seeds, exclude and include.
#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/printable.h"
#include "base/suggestion.h"
#include "sweep/spec/spec_reader.h"

namespace firesweep::sweep {
namespace {

using models::Parameter;
using models::ParameterType;
using models::ParameterValue;

constexpr std::int64_t kMaxSeedCount = 10000;

/// The value as an element of a list: `0.125`, `[1, 4, 6]`.
std::string as_written(const YAML::Node& node) {
  YAML::Emitter emitter;
  emitter << YAML::Flow << node;
  return base::shortened(emitter.c_str());
}

std::vector<std::string_view> axis_keys(const SweepSpec& spec) {
  std::vector<std::string_view> keys;
  for (const Axis& axis : spec.axes) {
    keys.insert(keys.end(), axis.keys.begin(), axis.keys.end());
  }
  return keys;
}

}  // namespace

void SpecReader::grid(const YAML::Node& node, SweepSpec& spec) const {
  for (const YamlEntry& entry : yaml_.entries(node, "grid", "a map of keys to lists of values")) {
    if (entry.key == "seed") {
      spec.seeds = seeds(entry.value);
    } else {
      spec.axes.push_back(grid_axis(entry));
    }
  }
}

const Parameter& SpecReader::axis_parameter(const YamlEntry& entry, std::string_view what) const {
  const Parameter* const parameter = keys_.find(entry.key).parameter;
  if (parameter == nullptr) {
    std::vector<std::string_view> known = keys_.names();
    known.push_back("seed");
    yaml_.fail_unknown(entry, what, known);
  }
  return *parameter;
}

std::vector<YAML::Node> SpecReader::axis_elements(const YamlEntry& entry,
                                                  const Parameter& parameter) const {
  const YAML::Node& node = entry.value;
  const bool is_list_itself = parameter.type == ParameterType::kIntegerList && node.IsSequence() &&
                              node.size() > 0 && node[0].IsScalar();
  if (node.IsScalar() || is_list_itself) {
    yaml_.fail(yaml_.location(node),
               fmt::format("{0} is a single value; expected a list of values: "
                           "write {0}: [{1}]",
                           entry.key, as_written(node)));
  }
  std::vector<YAML::Node> elements = yaml_.elements(node, entry.key, "a list of values");
  if (elements.empty()) {
    yaml_.fail_expected(node, entry.key, "at least one value");
  }
  return elements;
}

Axis SpecReader::grid_axis(const YamlEntry& entry) const {
  const Parameter& parameter = axis_parameter(entry, "grid");
  Axis axis;
  axis.keys = {entry.key};
  for (const YAML::Node& element : axis_elements(entry, parameter)) {
    axis.values.push_back({yaml_.value(element, parameter)});
    axis.locations.push_back(yaml_.location(element));
  }
  check_distinct(axis);
  return axis;
}

void SpecReader::check_distinct(const Axis& axis) const {
  std::set<std::vector<ParameterValue>> seen;
  for (std::size_t i = 0; i < axis.values.size(); ++i) {
    if (!seen.insert(axis.values[i]).second) {
      std::vector<std::string> step;
      for (std::size_t k = 0; k < axis.keys.size(); ++k) {
        step.push_back(fmt::format("{} = {}", axis.keys[k], models::to_text(axis.values[i][k])));
      }
      yaml_.fail(axis.locations[i],
                 fmt::format("{} is repeated; expected each value once", fmt::join(step, ", ")));
    }
  }
}

std::vector<std::uint64_t> SpecReader::seeds(const YAML::Node& node) const {
  constexpr std::string_view kExpected = "a list of integers or {count: 5}";
  std::vector<std::uint64_t> seeds;
  if (node.IsMap()) {
    std::optional<std::int64_t> count;
    std::int64_t first = 1;
    for (const YamlEntry& entry : yaml_.entries(node, "seed")) {
      if (entry.key == "count") {
        count = yaml_.integer(entry.value, "seed.count", 1, kMaxSeedCount);
      } else if (entry.key == "first") {
        first = yaml_.integer(entry.value, "seed.first", 0, kMaxSeed - kMaxSeedCount);
      } else {
        yaml_.fail_unknown(entry, "seed", std::array<std::string_view, 2>{"count", "first"});
      }
    }
    if (!count) {
      yaml_.fail(yaml_.location(node), "seed has no count; expected seed: {count: 5}");
    }
    for (std::int64_t i = 0; i < *count; ++i) {
      seeds.push_back(static_cast<std::uint64_t>(first + i));
    }
    return seeds;
  }
  std::set<std::uint64_t> seen;
  for (const YAML::Node& element : yaml_.elements(node, "seed", kExpected)) {
    const auto seed = static_cast<std::uint64_t>(yaml_.integer(element, "seed", 0, kMaxSeed));
    if (!seen.insert(seed).second) {
      yaml_.fail(yaml_.location(element),
                 fmt::format("seed = {} is repeated; expected each value once", seed));
    }
    seeds.push_back(seed);
  }
  if (seeds.empty()) {
    yaml_.fail_expected(node, "seed", "at least one value");
  }
  return seeds;
}

void SpecReader::zip(const YAML::Node& node, SweepSpec& spec) const {
  constexpr std::string_view kExpected =
      "a list of maps such as [{SR: [0.125, 0.25], pct_3x3: [0.25, 0.5]}]";
  for (const YAML::Node& group : yaml_.elements(node, "zip", kExpected)) {
    Axis axis = zip_group(group);
    for (const std::string& key : axis.keys) {
      if (find_axis(spec.axes, key) != nullptr) {
        yaml_.fail(yaml_.location(group),
                   fmt::format("'{}' is used for two axes; expected it once in grid or zip", key));
      }
    }
    spec.axes.push_back(std::move(axis));
  }
}

Axis SpecReader::zip_group(const YAML::Node& node) const {
  Axis axis;
  for (const YamlEntry& entry : yaml_.entries(node, "a group of zip", "a map of keys to lists")) {
    if (entry.key == "seed") {
      yaml_.fail(entry.location, "seed can't be combined in zip; write it under grid");
    }
    const Parameter& parameter = axis_parameter(entry, "zip");
    const std::vector<YAML::Node> elements = axis_elements(entry, parameter);
    if (!axis.keys.empty() && elements.size() != axis.values.size()) {
      yaml_.fail(yaml_.location(entry.value),
                 fmt::format("{} has {} values and {} has {}; expected lists of equal length in a "
                             "group of zip",
                             axis.keys.front(), axis.values.size(), entry.key, elements.size()));
    }
    axis.values.resize(elements.size());
    axis.locations.resize(elements.size());
    for (std::size_t i = 0; i < elements.size(); ++i) {
      axis.values[i].push_back(yaml_.value(elements[i], parameter));
      axis.locations[i] = axis.keys.empty() ? yaml_.location(elements[i]) : axis.locations[i];
    }
    axis.keys.push_back(entry.key);
  }
  if (axis.keys.size() < 2) {
    yaml_.fail(yaml_.location(node),
               fmt::format("a group of zip has {} key{}; expected two or more "
                           "that move together",
                           axis.keys.size(), axis.keys.size() == 1 ? "" : "s"));
  }
  check_distinct(axis);
  return axis;
}

std::vector<Combination> SpecReader::combinations(const YAML::Node& node, std::string_view what,
                                                  const SweepSpec& spec) const {
  std::vector<Combination> combinations;
  for (const YAML::Node& element :
       yaml_.elements(node, what, "a list of maps such as [{SR: 0.125, bypass: none}]")) {
    combinations.push_back(combination(element, what, spec));
  }
  return combinations;
}

Combination SpecReader::combination(const YAML::Node& node, std::string_view what,
                                    const SweepSpec& spec) const {
  Combination combination;
  combination.location = yaml_.location(node);
  for (const YamlEntry& entry :
       yaml_.entries(node, what, "a map of axis keys to values such as {SR: 0.125}")) {
    if (entry.key == "seed") {
      yaml_.fail(
          entry.location,
          fmt::format("seed is not allowed in {}; every design is trained with every seed", what));
    }
    const Parameter* const parameter = keys_.find(entry.key).parameter;
    if (parameter == nullptr || find_axis(spec.axes, entry.key) == nullptr) {
      const std::vector<std::string_view> axes = axis_keys(spec);
      yaml_.fail(
          entry.location,
          fmt::format("'{}' in {} is not an axis of this sweep{}", base::shortened(entry.key), what,
                      axes.empty() ? "; it has no axes" : base::suggestion(entry.key, axes)));
    }
    combination.values.emplace(entry.key, yaml_.value(entry.value, *parameter));
  }
  if (combination.values.empty()) {
    yaml_.fail(combination.location,
               fmt::format("an entry of {} is empty; expected values for axis keys", what));
  }
  return combination;
}

}  // namespace firesweep::sweep
