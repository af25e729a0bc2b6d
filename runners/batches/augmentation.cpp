#include "runners/batches/augmentation.h"

namespace firesweep::runners::batches {

Augmentation augmentation_of(const sweep::TrainingRecipe& recipe) {
  return {.crop_padding = recipe.crop_padding,
          .crop_fill = recipe.crop_fill,
          .horizontal_flip = recipe.horizontal_flip,
          .random_resized_crop = recipe.random_resized_crop,
          .brightness = recipe.brightness,
          .contrast = recipe.contrast,
          .saturation = recipe.saturation,
          .hue = recipe.hue,
          .cutout = recipe.cutout,
          .random_erasing = recipe.random_erasing};
}

}  // namespace firesweep::runners::batches
