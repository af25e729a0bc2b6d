#include "runners/train/batches.h"

#include <algorithm>
#include <cmath>

#include "runners/data/random.h"

namespace firesweep::runners::train {

namespace {

constexpr double kPixelMaximum = 255.0;

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

void ensure_size(Batch& batch, std::int64_t count, const models::Shape& shape) {
  if (batch.images.defined() && batch.images.size(0) == count) {
    return;
  }
  // NHWC in memory, seen as NCHW: channels-last also where C is 1 and strides are ambiguous.
  batch.images = torch::empty({count, shape.height, shape.width, shape.channels}, torch::kFloat32)
                     .permute({0, 3, 1, 2});
  batch.labels = torch::empty({count}, torch::kInt64);
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

Normalization::Normalization(const data::ImageSet& images, std::span<const std::int32_t> indices) {
  const models::Shape& shape = images.shape;
  const std::int64_t plane = shape.height * shape.width;
  for (std::int64_t channel = 0; channel < shape.channels; ++channel) {
    // Integer sums: exact, so the order of images can't matter.
    std::uint64_t sum = 0;
    std::uint64_t sum_of_squares = 0;
    for (const std::int32_t index : indices) {
      const std::uint8_t* pixels = plane_of(images, index, channel);
      for (std::int64_t i = 0; i < plane; ++i) {
        const std::uint64_t pixel = pixels[i];
        sum += pixel;
        sum_of_squares += pixel * pixel;
      }
    }
    const double count = static_cast<double>(indices.size()) * static_cast<double>(plane);
    const double mean = static_cast<double>(sum) / count;
    const double variance = static_cast<double>(sum_of_squares) / count - mean * mean;
    const double deviation = variance > 0.0 ? std::sqrt(variance) : kPixelMaximum;
    means_.push_back(mean / kPixelMaximum);
    deviations_.push_back(deviation / kPixelMaximum);
    auto& table = tables_.emplace_back();
    for (std::size_t pixel = 0; pixel < table.size(); ++pixel) {
      table[pixel] = static_cast<float>((static_cast<double>(pixel) - mean) / deviation);
    }
  }
}

double Normalization::mean(std::int64_t channel) const {
  return means_.at(static_cast<std::size_t>(channel));
}

double Normalization::deviation(std::int64_t channel) const {
  return deviations_.at(static_cast<std::size_t>(channel));
}

EpochBatches::EpochBatches(const data::ImageSet& images, std::span<const std::int32_t> indices,
                           const Normalization& normalization, Augmentation augmentation,
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

std::int64_t EpochBatches::batch_count() const {
  return (static_cast<std::int64_t>(order_.size()) + batch_size_ - 1) / batch_size_;
}

bool EpochBatches::next(Batch& batch) {
  const auto total = static_cast<std::int64_t>(order_.size());
  if (position_ >= total) {
    return false;
  }
  const std::int64_t count = std::min(batch_size_, total - position_);
  ensure_size(batch, count, images_.shape);
  auto* out = batch.images.data_ptr<float>();
  auto* labels = batch.labels.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t index = order_[static_cast<std::size_t>(position_ + i)];
    // One stream per image and epoch: its crop does not depend on the batch size.
    data::RandomStream random(data::Stream::kAugmentation,
                              seed_ ^ base::splitmix64(static_cast<std::uint64_t>(epoch_)),
                              static_cast<std::uint64_t>(index));
    write_image(images_, index, draw_window(augmentation_, random), normalization_,
                out + i * images_.shape.elements());
    labels[i] = images_.labels[static_cast<std::size_t>(index)];
  }
  position_ += count;
  return true;
}

void load_batch(const data::ImageSet& images, std::span<const std::int32_t> indices,
                const Normalization& normalization, Batch& batch) {
  const auto count = static_cast<std::int64_t>(indices.size());
  ensure_size(batch, count, images.shape);
  auto* out = batch.images.data_ptr<float>();
  auto* labels = batch.labels.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int32_t index = indices[static_cast<std::size_t>(i)];
    write_image(images, index, Window{}, normalization, out + i * images.shape.elements());
    labels[i] = images.labels[static_cast<std::size_t>(index)];
  }
}

}  // namespace firesweep::runners::train
