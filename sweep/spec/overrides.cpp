// `--set key=value`: parts of a sweep file, given one at a time on the command line.
#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/printable.h"
#include "base/suggestion.h"
#include "sweep/spec/spec_reader.h"

namespace firesweep::sweep {
namespace {

/// Removes the axis: its key has a single value now, in `include` too.
void remove_axis_key(SweepSpec& spec, const std::string& key) {
  for (Axis& axis : spec.axes) {
    const auto found = std::ranges::find(axis.keys, key);
    if (found == axis.keys.end()) {
      continue;
    }
    const auto index = found - axis.keys.begin();
    axis.keys.erase(found);
    for (auto& step : axis.values) {
      step.erase(step.begin() + index);
    }
  }
  std::erase_if(spec.axes, [](const Axis& axis) { return axis.keys.empty(); });
  for (Combination& combination : spec.include) {
    combination.values.erase(key);
  }
}

class OverrideSetter {
 public:
  OverrideSetter(const Override& override, const ParameterKeys& keys, std::span<const Metric> table,
                 SweepSpec& spec)
      : override_(override),
        key_(override.key),
        yaml_(fmt::format("--set {}={}", override.key, override.value),
              YamlReader::Source::kOverride),
        keys_(keys),
        reader_(yaml_, keys, table, std::filesystem::current_path()),
        value_(yaml_.parse(override.value)),
        spec_(spec) {}

  void apply() const {
    const std::size_t dot = key_.find('.');
    if (dot == std::string::npos) {
      set_bare_key();
      return;
    }
    const std::string section = key_.substr(0, dot);
    const YamlEntry entry{key_.substr(dot + 1), {}, value_};
    if (section == "model" || section == "training") {
      set_parameter(entry, section == "model" ? Section::kModel : Section::kTraining);
    } else if (section == "dataset") {
      reader_.set_dataset_key(entry, spec_.dataset);
    } else if (section == "grid") {
      set_axis(entry);
    } else if (section == "executor") {
      spec_.executor_overrides.push_back(override_);
    } else if (const Stage* const stage = find_stage(section)) {
      set_stage(entry, *stage);
    } else {
      std::vector<std::string_view> known{"model", "training", "dataset", "grid", "executor"};
      for (const std::string_view name : stage_names()) {
        known.push_back(name);
      }
      yaml_.fail({}, fmt::format("unknown section '{}'; expected one of {}",
                                 base::shortened(section), fmt::join(known, ", ")));
    }
  }

 private:
  void set_bare_key() const {
    const ParameterKeys::Found found = keys_.find(key_);
    if (found.parameter != nullptr) {
      set_parameter({key_, {}, value_}, found.section);
    } else if (key_ == "name") {
      spec_.name = reader_.name(value_);
    } else if (key_ == "objectives") {
      spec_.objectives = reader_.objectives(value_);
    } else if (key_ == "seed") {
      set_seeds();
    } else {
      const std::vector<std::string_view> of_dataset = dataset_keys();
      if (std::ranges::find(of_dataset, key_) != of_dataset.end()) {
        yaml_.fail({}, fmt::format("unknown key '{0}'; did you mean dataset.{0}?", key_));
      }
      std::vector<std::string_view> known = keys_.names();
      known.insert(known.end(), {"name", "seed", "objectives"});
      yaml_.fail({}, fmt::format("unknown key '{}'{}", base::shortened(key_),
                                 base::suggestion(key_, known)));
    }
  }

  void set_parameter(const YamlEntry& entry, Section section) const {
    reader_.set_parameter(entry, section, spec_);
    remove_axis_key(spec_, entry.key);
  }

  void set_stage(const YamlEntry& entry, const Stage& stage) const {
    auto request = std::ranges::find(spec_.stages, stage.name, &StageRequest::stage);
    if (request == spec_.stages.end()) {
      request = spec_.stages.insert(request, default_request(stage));
    }
    reader_.set_stage_key(entry, stage, *request);
  }

  void set_seeds() const {
    if (value_.IsScalar()) {
      spec_.seeds = {static_cast<std::uint64_t>(yaml_.integer(value_, "seed", 0, kMaxSeed))};
    } else {
      spec_.seeds = reader_.seeds(value_);
    }
  }

  void set_axis(const YamlEntry& entry) const {
    if (entry.key == "seed") {
      set_seeds();
      return;
    }
    Axis axis = reader_.grid_axis(entry);
    const auto same = std::ranges::find(spec_.axes, axis.keys, &Axis::keys);
    if (same != spec_.axes.end()) {
      *same = std::move(axis);
    } else if (find_axis(spec_.axes, entry.key) != nullptr) {
      yaml_.fail({}, fmt::format("'{}' moves with other keys in zip; it can't also be an axis of "
                                 "grid",
                                 entry.key));
    } else {
      spec_.axes.push_back(std::move(axis));
    }
  }

  const Override& override_;
  const std::string& key_;
  YamlReader yaml_;
  const ParameterKeys& keys_;
  SpecReader reader_;
  YAML::Node value_;
  SweepSpec& spec_;
};

}  // namespace

Override parse_override(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw ConfigError(fmt::format("--set {}: expected key=value, such as epochs=3", text));
  }
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

void apply_override(const Override& override, const ParameterKeys& keys,
                    std::span<const Metric> table, SweepSpec& spec) {
  OverrideSetter(override, keys, table, spec).apply();
}

}  // namespace firesweep::sweep
