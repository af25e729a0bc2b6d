#include "sweep/spec/stage.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace firesweep::sweep {
namespace {

/// A line here, and one in runners/train/stage_runner.cpp, enter a new stage.
std::vector<const Stage*>& stages() {
  static std::vector<const Stage*> stages;
  return stages;
}

}  // namespace

ScopedStage::ScopedStage(const Stage& stage) : stage_(&stage) {
  if (find_stage(stage.name) != nullptr) {
    throw std::invalid_argument(std::string(stage.name) + ": there is a stage of this name");
  }
  stages().push_back(stage_);
}

ScopedStage::~ScopedStage() {
  std::erase(stages(), stage_);
}

const Stage* find_stage(std::string_view name) {
  const auto found = std::ranges::find(stages(), name, &Stage::name);
  return found == stages().end() ? nullptr : *found;
}

std::vector<std::string_view> stage_names() {
  std::vector<std::string_view> names;
  for (const Stage* const stage : stages()) {
    names.push_back(stage->name);
  }
  return names;
}

std::vector<models::ParameterMap> combinations_of(const StageRequest& request) {
  std::vector<models::ParameterMap> combinations(1);
  for (const auto& [key, values] : request.values) {
    std::vector<models::ParameterMap> longer;
    for (const models::ParameterMap& combination : combinations) {
      for (const models::ParameterValue& value : values) {
        longer.push_back(combination);
        longer.back().emplace(key, value);
      }
    }
    combinations = std::move(longer);
  }
  return combinations;
}

}  // namespace firesweep::sweep
