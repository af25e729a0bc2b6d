// What a sweep is judged by: names, directions, units. New objectives are entered in objective.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace firesweep::sweep {

enum class Direction { kMaximize, kMinimize };

struct Objective {
  std::string_view name;  // as in results.json: validation_top1, weight_bytes, ...
  Direction direction = Direction::kMaximize;
  std::string_view unit;         // "fraction", "bytes", ...
  std::string_view description;  // one line
  /// Measured by training (varies with the seed) or known from the architecture.
  bool measured = false;
};

/// validation_top1, validation_top5, validation_error, train_seconds, parameters, weight_bytes,
/// macs, peak_activation_bytes.
[[nodiscard]] std::span<const Objective> objectives();
[[nodiscard]] const Objective* find_objective(std::string_view name);
/// {"validation_top1", "weight_bytes"}.
[[nodiscard]] std::vector<std::string> default_objectives();
[[nodiscard]] std::string_view to_string(Direction direction);

}  // namespace firesweep::sweep
