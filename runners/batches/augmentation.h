// What random changes training images get. Images that are evaluated get none.
#pragma once

#include <cstdint>

#include "sweep/spec/training_recipe.h"

namespace firesweep::runners::batches {

/// The keys of `training:` that change images. 0 or false: off.
struct Augmentation {
  std::int64_t crop_padding = 0;  // pixels around the image before a random crop
  sweep::CropFill crop_fill = sweep::CropFill::kBlack;
  bool horizontal_flip = false;  // with probability 1/2
  /// The minimum fraction of the area that a crop of random size has.
  double random_resized_crop = 0.0;
  double brightness = 0.0;      // factors from 1 - brightness to 1 + brightness
  double contrast = 0.0;        // likewise
  double saturation = 0.0;      // likewise; images [3, H, W] only
  double hue = 0.0;             // turns up to this fraction of a full one; images [3, H, W] only
  std::int64_t cutout = 0;      // side of the square, pixels
  double random_erasing = 0.0;  // probability
};

[[nodiscard]] Augmentation augmentation_of(const sweep::TrainingRecipe& recipe);

}  // namespace firesweep::runners::batches
