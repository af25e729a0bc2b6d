// The batches of runners/batches as tensors.
#pragma once

#include <cstdint>
#include <span>

#include <torch/types.h>

#include "runners/batches/image_batches.h"

namespace firesweep::runners::train {

using batches::Augmentation;
using batches::Normalization;

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
               const Normalization& normalization, const Augmentation& augmentation,
               std::int64_t batch_size, std::uint64_t seed, std::int64_t epoch)
      : images_(images, indices, normalization, augmentation, batch_size, seed, epoch) {}

  [[nodiscard]] std::int64_t batch_count() const { return images_.batch_count(); }
  /// Fills `batch` with the next images, in as many threads as OpenMP starts; its tensors are
  /// reused if their size fits. The last batch may be smaller. False at the end of the epoch.
  [[nodiscard]] bool next(Batch& batch);

 private:
  batches::ImageBatches images_;
};

/// Images at `indices`, normalised, in order and without augmentation.
void load_batch(const data::ImageSet& images, std::span<const std::int32_t> indices,
                const Normalization& normalization, Batch& batch);

}  // namespace firesweep::runners::train
