// Normalisation of 8-bit pixels.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "runners/data/image_set.h"

namespace firesweep::runners::batches {

/// Normalisation of pixels to zero mean and unit variance per channel, as a look-up table: an 8-bit
/// pixel has only 256 values.
class Normalization {
 public:
  /// From the images at `indices`: the training images, never those of validation or test. A
  /// channel that does not vary gets deviation 1.
  Normalization(const data::ImageSet& images, std::span<const std::int32_t> indices);

  [[nodiscard]] float apply(std::int64_t channel, std::uint8_t pixel) const {
    return tables_[static_cast<std::size_t>(channel)][pixel];
  }
  [[nodiscard]] const std::array<float, 256>& table(std::int64_t channel) const {
    return tables_[static_cast<std::size_t>(channel)];
  }
  /// Normalises an image [C, H, W] of `plane` = H * W pixels to [H, W, C].
  void write(const std::uint8_t* image, std::int64_t plane, float* normalized) const;

  [[nodiscard]] double mean(std::int64_t channel) const;       // of pixels scaled to [0, 1]
  [[nodiscard]] double deviation(std::int64_t channel) const;  // likewise

 private:
  std::vector<double> means_;
  std::vector<double> deviations_;
  std::vector<std::array<float, 256>> tables_;
};

}  // namespace firesweep::runners::batches
