#include "sweep/spec/parameter_keys.h"

#include <algorithm>
#include <stdexcept>

#include "models/family.h"
#include "sweep/spec/training_recipe.h"

namespace firesweep::sweep {

using models::Parameter;
using models::ParameterType;

std::string_view to_string(Section section) {
  return section == Section::kModel ? "model" : "training";
}

Parameter family_parameter() {
  return {"family", ParameterType::kChoice, 0, 0, models::family_names(), "kind of network"};
}

ParameterKeys::ParameterKeys(const std::vector<std::string>& families) {
  Parameter preset{
      "preset", ParameterType::kChoice, 0, 0, {}, "source of the other keys' defaults"};
  for (const std::string& name : families) {
    const models::Family* const family = models::find_family(name);
    if (family == nullptr) {
      throw std::invalid_argument("unknown model family: " + name);
    }
    for (const std::string_view choice : family->presets()) {
      if (std::ranges::find(preset.choices, choice) == preset.choices.end()) {
        preset.choices.push_back(choice);
      }
    }
    for (const Parameter& parameter : family->parameters()) {
      if (models::find_parameter(model_, parameter.name) == nullptr) {
        model_.push_back(parameter);
      }
    }
  }
  model_.insert(model_.begin(), {family_parameter(), std::move(preset)});
  training_ = {recipe_parameter()};
  training_.insert(training_.end(), training_parameters().begin(), training_parameters().end());
}

std::span<const Parameter> ParameterKeys::table(Section section) const {
  return section == Section::kModel ? std::span<const Parameter>(model_)
                                    : std::span<const Parameter>(training_);
}

const Parameter* ParameterKeys::find(Section section, std::string_view key) const {
  return models::find_parameter(table(section), key);
}

ParameterKeys::Found ParameterKeys::find(std::string_view key) const {
  if (const Parameter* const parameter = find(Section::kModel, key)) {
    return {Section::kModel, parameter};
  }
  return {Section::kTraining, find(Section::kTraining, key)};
}

std::vector<std::string_view> ParameterKeys::names(Section section) const {
  std::vector<std::string_view> names;
  for (const Parameter& parameter : table(section)) {
    names.push_back(parameter.name);
  }
  return names;
}

std::vector<std::string_view> ParameterKeys::names() const {
  std::vector<std::string_view> all = names(Section::kModel);
  const std::vector<std::string_view> training = names(Section::kTraining);
  all.insert(all.end(), training.begin(), training.end());
  return all;
}

}  // namespace firesweep::sweep
