#include "runners/batches/augmented_images.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "runners/batches/image_kernels.h"

namespace firesweep::runners::batches {

namespace {

constexpr std::int64_t kWeightOne = 256;
constexpr double kFullTurn = 6.0;  // in sixths

std::int32_t fixed(double value) {
  return static_cast<std::int32_t>(std::llround(value * kFixedOne));
}

/// Where the centre of pixel `to` of `to_size` is among `from_size` pixels, in 1/256 of a pixel
/// from the centre of the first; not beyond the centre of the last. Without antialiasing.
std::int64_t source_position(std::int64_t to, std::int64_t to_size, std::int64_t from_size) {
  const std::int64_t edge = ((2 * to + 1) * from_size * kWeightOne + to_size) / (2 * to_size);
  return std::clamp<std::int64_t>(edge - kWeightOne / 2, 0, (from_size - 1) * kWeightOne);
}

/// Columns of a window that are inside the image.
struct Inside {
  std::int64_t first = 0;
  std::int64_t last = 0;  // one behind
};

Inside inside_columns(const Rectangle& source, std::int64_t width) {
  const std::int64_t first = std::clamp<std::int64_t>(-source.left, 0, width);
  const std::int64_t last = std::clamp<std::int64_t>(width - source.left, first, width);
  return {first, last};
}

}  // namespace

AugmentedImages::AugmentedImages(const data::ImageSet& images, const Normalization& normalization,
                                 const Augmentation& augmentation, std::uint64_t seed,
                                 std::int64_t epoch)
    : images_(images),
      normalization_(normalization),
      augmentation_(augmentation),
      seed_(seed),
      epoch_(epoch),
      plane_size_(images.shape.height * images.shape.width) {
  if (images.shape.channels != 3 && (augmentation.saturation > 0.0 || augmentation.hue > 0.0)) {
    throw std::invalid_argument("saturation and hue are for images with 3 channels");
  }
}

void AugmentedImages::write(std::int64_t index, float* pixels) {
  const models::Shape& shape = images_.shape;
  const ImageChanges changes = draw_changes(augmentation_, shape, seed_, epoch_, index);
  normalization_.write(changed_planes(index, changes), plane_size_, pixels);
  for (const Rectangle& part : changes.erased()) {
    for (std::int64_t y = part.top; y < part.top + part.height; ++y) {
      std::fill_n(pixels + (y * shape.width + part.left) * shape.channels,
                  part.width * shape.channels, 0.0F);
    }
  }
}

void AugmentedImages::write_bytes(std::int64_t index, std::uint8_t* pixels) {
  const models::Shape& shape = images_.shape;
  const ImageChanges changes = draw_changes(augmentation_, shape, seed_, epoch_, index);
  std::copy_n(changed_planes(index, changes), shape.elements(), pixels);
  for (std::int64_t channel = 0; channel < shape.channels; ++channel, pixels += plane_size_) {
    const auto mean = static_cast<std::uint8_t>(std::lround(normalization_.mean(channel) * 255.0));
    for (const Rectangle& part : changes.erased()) {
      for (std::int64_t y = part.top; y < part.top + part.height; ++y) {
        std::fill_n(pixels + y * shape.width + part.left, part.width, mean);
      }
    }
  }
}

/// The image in `images_` if nothing changes it, else in `planes_`.
const std::uint8_t* AugmentedImages::changed_planes(std::int64_t index,
                                                    const ImageChanges& changes) {
  const models::Shape& shape = images_.shape;
  const std::uint8_t* const image = images_.pixels.data() + index * shape.elements();
  const Rectangle whole{.height = shape.height, .width = shape.width};
  if (changes.source == whole && !changes.flip && changes.colors().empty()) {
    return image;
  }
  planes_.resize(static_cast<std::size_t>(shape.elements()));
  if (changes.source.height == whole.height && changes.source.width == whole.width) {
    copy_window(image, changes);
  } else {
    resize(image, changes);
  }
  for (const ColorChange& change : changes.colors()) {
    change_colors(change);
  }
  return planes_.data();
}

void AugmentedImages::copy_window(const std::uint8_t* image, const ImageChanges& changes) {
  const auto [channels, height, width] = images_.shape;
  const Inside columns = inside_columns(changes.source, width);
  const std::int64_t count = columns.last - columns.first;
  const std::int64_t first = changes.flip ? width - columns.last : columns.first;
  std::uint8_t* to = planes_.data();
  for (std::int64_t row = 0; row < channels * height; ++row, to += width) {
    const std::int64_t y = row % height + changes.source.top;
    if (y < 0 || y >= height || count == 0) {
      std::fill_n(to, width, std::uint8_t{0});
      continue;
    }
    const std::uint8_t* const from =
        image + row / height * plane_size_ + y * width + changes.source.left + columns.first;
    std::fill_n(to, first, std::uint8_t{0});
    if (changes.flip) {
      copy_reversed(from, count, to + first);
    } else {
      std::copy_n(from, count, to + first);
    }
    std::fill_n(to + first + count, width - first - count, std::uint8_t{0});
  }
}

void AugmentedImages::resize(const std::uint8_t* image, const ImageChanges& changes) {
  const auto [channels, height, width] = images_.shape;
  const Rectangle& source = changes.source;
  row_.resize(static_cast<std::size_t>(source.width + 1));
  pairs_.resize(static_cast<std::size_t>(source.width));
  places_.resize(static_cast<std::size_t>(width));
  weights_.resize(static_cast<std::size_t>(width));
  for (std::int64_t x = 0; x < width; ++x) {
    const std::int64_t position =
        source_position(changes.flip ? width - 1 - x : x, width, source.width);
    places_[static_cast<std::size_t>(x)] = static_cast<std::int32_t>(position / kWeightOne);
    weights_[static_cast<std::size_t>(x)] = static_cast<std::int32_t>(position % kWeightOne);
  }
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    const std::uint8_t* const from =
        image + channel * plane_size_ + source.top * width + source.left;
    for (std::int64_t y = 0; y < height; ++y) {
      const std::int64_t position = source_position(y, height, source.height);
      const std::int64_t above = position / kWeightOne;
      const std::int64_t below = std::min(above + 1, source.height - 1);
      blend_rows(from + above * width, from + below * width,
                 static_cast<std::int32_t>(position % kWeightOne), source.width, row_.data(),
                 pairs_.data());
      sample_row(pairs_.data(), places_.data(), weights_.data(), width, plane(channel) + y * width);
    }
  }
}

void AugmentedImages::change_colors(const ColorChange& change) {
  const std::int64_t channels = images_.shape.channels;
  const std::int64_t elements = images_.shape.elements();
  switch (change.step) {
    case ColorStep::kBrightness:
      scale_pixels(planes_.data(), elements, fixed(change.amount), 0);
      break;
    case ColorStep::kContrast: {
      const std::uint64_t sum = channels == 3 ? sum_luma(plane(0), plane(1), plane(2), plane_size_)
                                              : sum_pixels(planes_.data(), elements).sum;
      const std::int64_t count = channels == 3 ? plane_size_ : elements;
      const double mean = static_cast<double>(sum) / static_cast<double>(count);
      scale_pixels(planes_.data(), elements, fixed(change.amount),
                   fixed((1.0 - change.amount) * mean));
      break;
    }
    case ColorStep::kSaturation:
      scale_colors(plane(0), plane(1), plane(2), plane_size_, fixed(change.amount));
      break;
    case ColorStep::kHue: {
      const double turn = change.amount < 0.0 ? change.amount + 1.0 : change.amount;
      turn_hue(plane(0), plane(1), plane(2), plane_size_, fixed(turn * kFullTurn));
      break;
    }
  }
}

}  // namespace firesweep::runners::batches
