// From 8-bit images to training batches in the caller's memory: order, augmentation, normalisation.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runners/batches/augmentation.h"
#include "runners/batches/normalization.h"
#include "runners/data/image_set.h"

namespace firesweep::runners::batches {

/// The training images of one epoch, in an order and with an augmentation that are functions of
/// seed and epoch only.
class ImageBatches {
 public:
  /// Everything borrowed must outlive this object. `epoch` counts from 1.
  ImageBatches(const data::ImageSet& images, std::span<const std::int32_t> indices,
               const Normalization& normalization, const Augmentation& augmentation,
               std::int64_t batch_size, std::uint64_t seed, std::int64_t epoch);

  [[nodiscard]] const models::Shape& shape() const { return images_.shape; }
  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(order_.size()); }
  [[nodiscard]] std::int64_t batch_count() const;
  /// Images that the next batch has; 0 at the end of the epoch. The last batch may be smaller.
  [[nodiscard]] std::int64_t next_size() const;
  /// Goes to the batch after the next.
  void advance() { position_ += next_size(); }

  /// Writes images `first` to `first + count - 1` of the next batch: `pixels` is [count, H, W, C],
  /// float, and `labels` [count]. Several threads may call it at the same time.
  void write(std::int64_t first, std::int64_t count, float* pixels, std::int64_t* labels) const;

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

/// Images at `indices`, normalised, in order and without augmentation: `pixels` is [N, H, W, C],
/// `labels` [N].
void write_images(const data::ImageSet& images, std::span<const std::int32_t> indices,
                  const Normalization& normalization, float* pixels, std::int64_t* labels);

}  // namespace firesweep::runners::batches
