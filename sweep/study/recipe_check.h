// Checks of a training recipe that involve more than one key, or the images.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "models/architecture.h"
#include "models/parameter.h"

namespace firesweep::sweep {

struct RecipeProblem {
  std::string_view key;  // the key to blame
  std::string message;   // "got; expected"
};

/// Why images of shape `image`, [C, H, W], can't be trained on with this recipe; `training` has a
/// value for every key. std::nullopt if they can.
[[nodiscard]] std::optional<RecipeProblem> recipe_problem(const models::ParameterMap& training,
                                                          const models::Shape& image);

}  // namespace firesweep::sweep
