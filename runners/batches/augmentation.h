// What random changes training images get.
#pragma once

#include <cstdint>

#include "sweep/spec/training_recipe.h"

namespace firesweep::runners::batches {

/// Random crop out of the zero-padded image, and random mirror image (left to right).
struct Augmentation {
  std::int64_t crop_padding = 0;  // pixels
  bool horizontal_flip = false;
};

[[nodiscard]] inline Augmentation augmentation_of(const sweep::TrainingRecipe& recipe) {
  return {.crop_padding = recipe.crop_padding, .horizontal_flip = recipe.horizontal_flip};
}

}  // namespace firesweep::runners::batches
