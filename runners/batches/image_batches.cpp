#include "runners/batches/image_batches.h"

#include <algorithm>

#include "runners/batches/augmented_images.h"
#include "runners/data/random.h"

namespace firesweep::runners::batches {

ImageBatches::ImageBatches(const data::ImageSet& images, std::span<const std::int32_t> indices,
                           const Normalization& normalization, const Augmentation& augmentation,
                           std::int64_t batch_size, std::uint64_t seed, std::int64_t epoch)
    : images_(images),
      normalization_(normalization),
      augmentation_(augmentation),
      batch_size_(batch_size),
      order_(indices.begin(), indices.end()),
      seed_(seed),
      epoch_(epoch) {
  data::RandomStream random(data::Stream::kOrder, seed, static_cast<std::uint64_t>(epoch));
  data::shuffle(std::span(order_), random);
}

std::int64_t ImageBatches::batch_count() const {
  return (count() + batch_size_ - 1) / batch_size_;
}

std::int64_t ImageBatches::next_size() const {
  return std::min(batch_size_, count() - position_);
}

void ImageBatches::write(std::int64_t first, std::int64_t count, float* pixels,
                         std::int64_t* labels) const {
  AugmentedImages augmented(images_, normalization_, augmentation_, seed_, epoch_);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t index = order_[static_cast<std::size_t>(position_ + first + i)];
    augmented.write(index, pixels + i * images_.shape.elements());
    labels[i] = images_.labels[static_cast<std::size_t>(index)];
  }
}

void write_images(const data::ImageSet& images, std::span<const std::int32_t> indices,
                  const Normalization& normalization, float* pixels, std::int64_t* labels) {
  const std::int64_t elements = images.shape.elements();
  const std::int64_t plane = images.shape.height * images.shape.width;
  for (const std::int32_t index : indices) {
    normalization.write(images.pixels.data() + index * elements, plane, pixels);
    pixels += elements;
    *labels++ = images.labels[static_cast<std::size_t>(index)];
  }
}

}  // namespace firesweep::runners::batches
