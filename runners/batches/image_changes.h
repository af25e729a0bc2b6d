// The random changes of one training image, drawn before they are applied.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "models/architecture.h"
#include "runners/batches/augmentation.h"

namespace firesweep::runners::batches {

/// Part of an image, in pixels.
struct Rectangle {
  std::int64_t top = 0;
  std::int64_t left = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  bool operator==(const Rectangle&) const = default;
};

enum class ColorStep { kBrightness, kContrast, kSaturation, kHue };

/// A factor, or the part of a full turn of the hue.
struct ColorChange {
  ColorStep step = ColorStep::kBrightness;
  double amount = 1.0;
};

/// Applied in this order: source, flip, colors, erased.
struct ImageChanges {
  /// What becomes the image: of the image's own size and maybe partly outside of it, where pixels
  /// are those of `crop_fill`; or inside of it and of any size, and then resized.
  Rectangle source;
  bool flip = false;  // left to right

  [[nodiscard]] std::span<const ColorChange> colors() const { return {colors_.data(), steps_}; }
  /// Inside the image; filled with the mean of the training images. With CropFill::kMean what is
  /// outside of `source` is among them.
  [[nodiscard]] std::span<const Rectangle> erased() const { return {erased_.data(), erasures_}; }

  void add(const ColorChange& change) { colors_.at(steps_++) = change; }
  void erase(const Rectangle& part) { erased_.at(erasures_++) = part; }

 private:
  std::array<ColorChange, 4> colors_;
  std::size_t steps_ = 0;
  std::array<Rectangle, 4> erased_;  // rows and columns of padding, cutout, random erasing
  std::size_t erasures_ = 0;
};

/// The changes of image `index` of `shape` in `epoch`: a function of these numbers only. Crops of
/// random size and colours are drawn as torchvision's RandomResizedCrop and ColorJitter draw them:
/// aspects of 3:4 to 4:3, colour steps in random order. `cutout` is DeVries and Taylor's (arXiv
/// 1708.04552): the square's centre is anywhere in the image. `random_erasing` is algorithm 1 of
/// Zhong et al. (arXiv 1708.04896) with its area of 2 to 40 % and aspect of 0.3 to 1/0.3.
[[nodiscard]] ImageChanges draw_changes(const Augmentation& augmentation,
                                        const models::Shape& shape, std::uint64_t seed,
                                        std::int64_t epoch, std::int64_t index);

}  // namespace firesweep::runners::batches
