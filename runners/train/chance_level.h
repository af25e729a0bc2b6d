// The accuracy at and below which a network failed to learn.
#pragma once

#include <cstdint>
#include <span>

#include "runners/data/image_set.h"

namespace firesweep::runners::train {

struct ChanceLevel {
  double top1 = 0.0;       // of guessing the most frequent class: its fraction of the images
  double threshold = 0.0;  // top1 + 3 standard errors sqrt(p (1 - p) / n) of a guess's accuracy
};

/// Of the images at `indices`, of which there is at least one.
[[nodiscard]] ChanceLevel chance_level(std::span<const data::Label> labels,
                                       std::span<const std::int32_t> indices);

}  // namespace firesweep::runners::train
