// Single training images as they are in one epoch: changed at random, then normalised.
#pragma once

#include <cstdint>
#include <vector>

#include "runners/batches/augmentation.h"
#include "runners/batches/image_changes.h"
#include "runners/batches/normalization.h"
#include "runners/data/image_set.h"

namespace firesweep::runners::batches {

/// Pixels are changed as 8-bit numbers, then normalised, then erased: what is filled with the mean
/// is exactly 0. Has scratch memory for one image: every thread needs an object of its own.
class AugmentedImages {
 public:
  /// `images` and `normalization` must outlive this object. `epoch` counts from 1.
  AugmentedImages(const data::ImageSet& images, const Normalization& normalization,
                  const Augmentation& augmentation, std::uint64_t seed, std::int64_t epoch);

  /// Writes image `index`, normalised: [H, W, C].
  void write(std::int64_t index, float* pixels);
  /// The same image before normalisation, for people to look at: [C, H, W]. What is erased is
  /// filled with the mean of the training images, rounded.
  void write_bytes(std::int64_t index, std::uint8_t* pixels);

 private:
  const std::uint8_t* changed_planes(std::int64_t index, const ImageChanges& changes);
  void copy_window(const std::uint8_t* image, const ImageChanges& changes);
  void place_columns(const ImageChanges& changes);
  void pad_columns(const std::uint8_t* from, std::int64_t first, std::int64_t last,
                   std::uint8_t fill, std::uint8_t* to) const;
  [[nodiscard]] std::uint8_t fill_of(std::int64_t channel) const;
  [[nodiscard]] std::uint8_t mean_byte(std::int64_t channel) const;
  void resize(const std::uint8_t* image, const ImageChanges& changes);
  void change_colors(const ColorChange& change);

  [[nodiscard]] std::uint8_t* plane(std::int64_t channel) {
    return planes_.data() + channel * plane_size_;
  }

  const data::ImageSet& images_;
  const Normalization& normalization_;
  Augmentation augmentation_;
  std::uint64_t seed_;
  std::int64_t epoch_;
  std::int64_t plane_size_;            // pixels
  std::vector<std::uint8_t> planes_;   // [C, H, W]
  std::vector<std::int32_t> row_;      // one row of a resized image's source
  std::vector<std::int32_t> pairs_;    // the same in pairs of neighbours
  std::vector<std::int32_t> places_;   // of each column: the source's column, or that left of it
  std::vector<std::int32_t> weights_;  // of each column: its distance from there, in 1/256
};

}  // namespace firesweep::runners::batches
