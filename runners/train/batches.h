// From 8-bit images to training batches: order, augmentation, normalisation.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <torch/types.h>

#include "runners/data/dataset.h"
#include "sweep/spec/training_recipe.h"

namespace firesweep::runners::train {

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
  [[nodiscard]] double mean(std::int64_t channel) const;       // of pixels scaled to [0, 1]
  [[nodiscard]] double deviation(std::int64_t channel) const;  // likewise

 private:
  std::vector<double> means_;
  std::vector<double> deviations_;
  std::vector<std::array<float, 256>> tables_;
};

/// Random crop out of the zero-padded image, and random mirror image (left to right).
struct Augmentation {
  std::int64_t crop_padding = 0;  // pixels
  bool horizontal_flip = false;
};

/// A batch: images [N, C, H, W], float32, channels-last; labels [N], int64.
struct Batch {
  torch::Tensor images;
  torch::Tensor labels;
};

/// The batches of one epoch, in an order and with an augmentation that are functions of seed and
/// epoch only.
class EpochBatches {
 public:
  /// Everything borrowed must outlive this object. `epoch` counts from 1.
  EpochBatches(const data::ImageSet& images, std::span<const std::int32_t> indices,
               const Normalization& normalization, Augmentation augmentation,
               std::int64_t batch_size, std::uint64_t seed, std::int64_t epoch);

  [[nodiscard]] std::int64_t batch_count() const;
  /// Fills `batch` with the next images; its tensors are reused if their size fits. The
  /// last batch may be smaller. False at the end of the epoch.
  [[nodiscard]] bool next(Batch& batch);

 private:
  const data::ImageSet& images_;
  const Normalization& normalization_;
  Augmentation augmentation_;
  std::int64_t batch_size_;
  std::vector<std::int32_t> order_;
  std::int64_t position_ = 0;
  std::uint64_t seed_;
  std::int64_t epoch_;
};

/// Images at `indices`, normalised, in order and without augmentation.
void load_batch(const data::ImageSet& images, std::span<const std::int32_t> indices,
                const Normalization& normalization, Batch& batch);

}  // namespace firesweep::runners::train
