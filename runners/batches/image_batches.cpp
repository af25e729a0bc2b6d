#include "runners/batches/image_batches.h"

#include <algorithm>
#include <array>

#include "runners/data/random.h"

namespace firesweep::runners::batches {

namespace {

/// Where an output image's pixels come from: output (y, x) is input (y + top, x + left), mirrored
/// first if `flip`; zero outside.
struct Window {
  std::int64_t top = 0;
  std::int64_t left = 0;
  bool flip = false;
};

const std::uint8_t* plane_of(const data::ImageSet& images, std::int64_t index,
                             std::int64_t channel) {
  const models::Shape& shape = images.shape;
  return images.pixels.data() +
         static_cast<std::size_t>((index * shape.channels + channel) * shape.height * shape.width);
}

/// Writes one channel of one image; neighbours in `out` are `stride` floats apart (channels-last).
void write_plane(const std::uint8_t* plane, const models::Shape& shape, const Window& window,
                 const std::array<float, 256>& table, float* out, std::int64_t stride) {
  for (std::int64_t y = 0; y < shape.height; ++y) {
    const std::int64_t source_y = y + window.top;
    const bool inside_y = source_y >= 0 && source_y < shape.height;
    const std::uint8_t* row = plane + source_y * shape.width;
    for (std::int64_t x = 0; x < shape.width; ++x, out += stride) {
      const std::int64_t mirrored = window.flip ? shape.width - 1 - x : x;
      const std::int64_t source_x = mirrored + window.left;
      const bool inside = inside_y && source_x >= 0 && source_x < shape.width;
      *out = table[inside ? row[source_x] : 0];
    }
  }
}

void write_image(const data::ImageSet& images, std::int64_t index, const Window& window,
                 const Normalization& normalization, float* out) {
  const models::Shape& shape = images.shape;
  for (std::int64_t channel = 0; channel < shape.channels; ++channel) {
    write_plane(plane_of(images, index, channel), shape, window, normalization.table(channel),
                out + channel, shape.channels);
  }
}

Window draw_window(const Augmentation& augmentation, data::RandomStream& random) {
  Window window;
  if (augmentation.crop_padding > 0) {
    const auto positions = static_cast<std::uint64_t>(2 * augmentation.crop_padding + 1);
    window.top = static_cast<std::int64_t>(random.below(positions)) - augmentation.crop_padding;
    window.left = static_cast<std::int64_t>(random.below(positions)) - augmentation.crop_padding;
  }
  window.flip = augmentation.horizontal_flip && random.below(2) == 1;
  return window;
}

}  // namespace

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
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t index = order_[static_cast<std::size_t>(position_ + first + i)];
    // One stream per image and epoch: its crop does not depend on the batch size.
    data::RandomStream random(data::Stream::kAugmentation,
                              seed_ ^ base::splitmix64(static_cast<std::uint64_t>(epoch_)),
                              static_cast<std::uint64_t>(index));
    write_image(images_, index, draw_window(augmentation_, random), normalization_,
                pixels + i * images_.shape.elements());
    labels[i] = images_.labels[static_cast<std::size_t>(index)];
  }
}

void write_images(const data::ImageSet& images, std::span<const std::int32_t> indices,
                  const Normalization& normalization, float* pixels, std::int64_t* labels) {
  for (const std::int32_t index : indices) {
    write_image(images, index, Window{}, normalization, pixels);
    pixels += images.shape.elements();
    *labels++ = images.labels[static_cast<std::size_t>(index)];
  }
}

}  // namespace firesweep::runners::batches
