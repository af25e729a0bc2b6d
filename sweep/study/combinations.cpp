#include "sweep/study/combinations.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "models/family.h"
#include "sweep/spec/training_recipe.h"

namespace firesweep::sweep {
namespace {

using models::ParameterMap;
using models::ParameterValue;

/// An entry of `exclude` with its keys resolved.
struct Exclusion {
  std::vector<std::pair<std::size_t, ParameterValue>> values;  // axis index, value
  Location location;
  bool possible = true;
  std::size_t matches = 0;

  [[nodiscard]] bool covers(const AxisCombination& combination) const {
    return possible && std::ranges::all_of(values, [&](const auto& wanted) {
             return combination.values[wanted.first] == wanted.second;
           });
  }
};

std::size_t index_of(const std::vector<std::string>& keys, std::string_view key) {
  return static_cast<std::size_t>(std::ranges::find(keys, key) - keys.begin());
}

Exclusion exclusion_of(const SweepSpec& spec, const std::vector<std::string>& axis_keys,
                       const Combination& entry) {
  Exclusion exclusion;
  exclusion.location = entry.location;
  for (const auto& [key, value] : entry.values) {
    const std::size_t index = index_of(axis_keys, key);
    if (index < axis_keys.size()) {
      exclusion.values.emplace_back(index, value);
      continue;
    }
    // The key was an axis until `--set` gave it a single value.
    const ParameterMap& map = spec.model.contains(key) ? spec.model : spec.training;
    const auto found = map.find(key);
    exclusion.possible = exclusion.possible && found != map.end() && found->second == value;
  }
  return exclusion;
}

class Product {
 public:
  Product(const SweepSpec& spec, const DatasetShape& shape) : spec_(spec), shape_(shape) {
    for (const Axis& axis : spec.axes) {
      list_.axis_keys.insert(list_.axis_keys.end(), axis.keys.begin(), axis.keys.end());
    }
    for (const Combination& entry : spec.exclude) {
      exclusions_.push_back(exclusion_of(spec, list_.axis_keys, entry));
    }
  }

  CombinationList list() {
    check_size();
    AxisCombination combination;
    nest(0, combination);
    for (const Exclusion& exclusion : exclusions_) {
      if (exclusion.matches == 0) {
        list_.warnings.push_back(
            at(spec_.file, exclusion.location, "this entry of exclude matches no combination"));
      }
    }
    for (const Combination& entry : spec_.include) {
      list_.combinations.push_back(included(entry));
    }
    if (list_.combinations.empty()) {
      throw ConfigError(at(spec_.file, exclusions_.front().location,
                           "exclude removes all combinations; expected at least one to remain"));
    }
    return std::move(list_);
  }

 private:
  void check_size() const {
    double combinations = 1.0;
    for (const Axis& axis : spec_.axes) {
      combinations *= static_cast<double>(axis.values.size());
    }
    combinations += static_cast<double>(spec_.include.size());
    check_count(combinations, "combinations", kMaxCombinations);
    check_count(combinations * static_cast<double>(spec_.seeds.size()), "trials", kMaxTrials);
  }

  void check_count(double count, std::string_view what, std::size_t limit) const {
    if (count > static_cast<double>(limit)) {
      const Location location =
          spec_.axes.empty() ? Location{} : spec_.axes.front().locations.front();
      throw ConfigError(
          at(spec_.file, location,
             fmt::format("the axes give {:.0f} {}; expected at most {}", count, what, limit)));
    }
  }

  void nest(std::size_t depth, AxisCombination& combination) {
    if (depth == spec_.axes.size()) {
      keep_unless_excluded(combination);
      return;
    }
    const Axis& axis = spec_.axes[depth];
    const std::size_t size = combination.values.size();
    for (std::size_t step = 0; step < axis.values.size(); ++step) {
      combination.values.insert(combination.values.end(), axis.values[step].begin(),
                                axis.values[step].end());
      combination.locations.resize(combination.values.size(), axis.locations[step]);
      nest(depth + 1, combination);
      combination.values.resize(size);
      combination.locations.resize(size);
    }
  }

  void keep_unless_excluded(const AxisCombination& combination) {
    bool excluded = false;
    for (Exclusion& exclusion : exclusions_) {
      if (exclusion.covers(combination)) {
        ++exclusion.matches;
        excluded = true;
      }
    }
    if (!excluded) {
      list_.combinations.push_back(combination);
    }
  }

  [[nodiscard]] AxisCombination included(const Combination& entry) const {
    const auto choice = [&](const char* key) {
      const auto found = entry.values.find(key);
      return found == entry.values.end() ? std::nullopt
                                         : std::optional(std::get<std::string>(found->second));
    };
    ParameterMap model = base_model(spec_, choice("family"), choice("preset"), entry.location);
    models::WrittenKeys written;
    for (const auto& [key, value] : spec_.model) {
      written.insert(key);
    }
    ParameterMap written_training = spec_.training;
    for (const auto& [key, value] : entry.values) {
      written.insert(key);
      if (const auto found = model.find(key); found != model.end()) {
        found->second = value;
      } else {
        written_training[key] = value;
      }
    }
    models::find_family(models::get_string(model, "family"))->adapt(model, written, shape_.image);
    ParameterMap training = training_with_defaults(
        written_training, *resolved(spec_.dataset, shape_).train, has_batch_norm(model));
    training["recipe"] = std::string(recipe_of(written_training));
    AxisCombination combination;
    for (const std::string& key : list_.axis_keys) {
      const auto given = entry.values.find(key);
      combination.values.push_back(given != entry.values.end() ? given->second
                                   : model.contains(key)       ? model.at(key)
                                                               : training.at(key));
      combination.locations.push_back(entry.location);
    }
    return combination;
  }

  const SweepSpec& spec_;
  const DatasetShape& shape_;
  CombinationList list_;
  std::vector<Exclusion> exclusions_;
};

std::string chosen(const std::optional<std::string>& choice, const ParameterMap& model,
                   std::string_view key, std::string_view fallback) {
  if (choice) {
    return *choice;
  }
  return model.contains(key) ? models::get_string(model, key) : std::string(fallback);
}

}  // namespace

bool has_batch_norm(const ParameterMap& model) {
  const auto found = model.find("batch_norm");
  return found != model.end() && std::get<bool>(found->second);
}

CombinationList combinations_of(const SweepSpec& spec, const DatasetShape& shape) {
  return Product(spec, shape).list();
}

ParameterMap base_model(const SweepSpec& spec, const std::optional<std::string>& family_choice,
                        const std::optional<std::string>& preset_choice, Location location) {
  const std::string family_name =
      chosen(family_choice, spec.model, "family", models::family_names().front());
  const models::Family& family = *models::find_family(family_name);
  const std::string preset = chosen(preset_choice, spec.model, "preset", family.default_preset());
  const std::vector<std::string_view> presets = family.presets();
  if (std::ranges::find(presets, preset) == presets.end()) {
    throw ConfigError(at(spec.file, location,
                         fmt::format("preset is {}; expected one of {} with family {}", preset,
                                     fmt::join(presets, ", "), family_name)));
  }
  ParameterMap model = family.preset(preset);
  for (const auto& [key, value] : spec.model) {
    // In a sweep over families, ignore keys of the other families.
    if (const auto found = model.find(key); found != model.end()) {
      found->second = value;
    }
  }
  model["family"] = family_name;
  model["preset"] = preset;
  return model;
}

}  // namespace firesweep::sweep
