#include "sweep/spec/objective.h"

#include <algorithm>
#include <array>

namespace firesweep::sweep {
namespace {

constexpr std::array<Objective, 8> kObjectives{{
    {"validation_top1", Direction::kMaximize, "fraction",
     "validation images whose first answer is right, after the last epoch", true},
    {"validation_top5", Direction::kMaximize, "fraction",
     "validation images whose label is among the first five answers, after the last epoch", true},
    {"validation_error", Direction::kMinimize, "fraction", "1 - validation_top1", true},
    {"train_seconds", Direction::kMinimize, "seconds",
     "training alone, without evaluation; depends on machine and load", true},
    {"parameters", Direction::kMinimize, "parameters", "trainable parameters", false},
    {"weight_bytes", Direction::kMinimize, "bytes", "parameters as 32-bit floats", false},
    {"macs", Direction::kMinimize, "multiply-accumulates", "forward pass of one image", false},
    {"peak_activation_bytes", Direction::kMinimize, "bytes",
     "working memory of a layer-by-layer forward pass of one image", false},
}};

}  // namespace

std::span<const Objective> objectives() {
  return kObjectives;
}

const Objective* find_objective(std::string_view name) {
  const auto* const found =
      std::find_if(kObjectives.begin(), kObjectives.end(),
                   [name](const Objective& objective) { return objective.name == name; });
  return found == kObjectives.end() ? nullptr : found;
}

std::vector<std::string> default_objectives() {
  return {"validation_top1", "weight_bytes"};
}

std::string_view to_string(Direction direction) {
  return direction == Direction::kMaximize ? "maximize" : "minimize";
}

}  // namespace firesweep::sweep
