#include "runners/batches/augmented_images.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
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

bool is_constant(sweep::CropFill fill) {
  return fill == sweep::CropFill::kMean || fill == sweep::CropFill::kBlack;
}

/// Position `at` of a line of `size` pixels; where it is outside of them, the one that it shows.
/// None: a constant.
std::optional<std::int64_t> placed(std::int64_t at, std::int64_t size, sweep::CropFill fill) {
  const std::int64_t last = size - 1;
  if (at >= 0 && at <= last) {
    return at;
  }
  if (is_constant(fill)) {
    return std::nullopt;
  }
  return fill == sweep::CropFill::kEdge ? std::clamp<std::int64_t>(at, 0, last)
                                        : last - std::abs(last - std::abs(at));
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
  if (augmentation.crop_fill == sweep::CropFill::kReflect &&
      augmentation.crop_padding >= std::min(images.shape.height, images.shape.width)) {
    throw std::invalid_argument("an image has fewer pixels than crop_padding reflects");
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
    const std::uint8_t mean = mean_byte(channel);
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
  place_columns(changes);
  for (std::int64_t row = 0; row < channels * height; ++row) {
    const std::int64_t channel = row / height;
    const std::uint8_t fill = fill_of(channel);
    std::uint8_t* const to = planes_.data() + row * width;
    const auto y = placed(row % height + changes.source.top, height, augmentation_.crop_fill);
    if (!y) {
      std::fill_n(to, width, fill);
      continue;
    }
    const std::uint8_t* const from = image + channel * plane_size_ + *y * width;
    pad_columns(from, 0, first, fill, to);
    if (changes.flip && count > 0) {
      copy_reversed(from + changes.source.left + columns.first, count, to + first);
    } else if (count > 0) {
      std::copy_n(from + changes.source.left + columns.first, count, to + first);
    }
    pad_columns(from, first + count, width, fill, to);
  }
}

/// Where what is left and right of the image is taken from; nothing if it is a constant.
void AugmentedImages::place_columns(const ImageChanges& changes) {
  const std::int64_t width = images_.shape.width;
  places_.clear();
  for (std::int64_t x = 0; x < width && !is_constant(augmentation_.crop_fill); ++x) {
    const std::int64_t at = (changes.flip ? width - 1 - x : x) + changes.source.left;
    places_.push_back(
        static_cast<std::int32_t>(placed(at, width, augmentation_.crop_fill).value()));
  }
}

/// Columns `first` to `last` - 1 of a row, which are outside of the image.
void AugmentedImages::pad_columns(const std::uint8_t* from, std::int64_t first, std::int64_t last,
                                  std::uint8_t fill, std::uint8_t* to) const {
  if (places_.empty()) {
    std::fill_n(to + first, last - first, fill);
    return;
  }
  for (std::int64_t x = first; x < last; ++x) {
    to[x] = from[places_[static_cast<std::size_t>(x)]];
  }
}

/// The constant around the image. The mean is rounded.
std::uint8_t AugmentedImages::fill_of(std::int64_t channel) const {
  return augmentation_.crop_fill == sweep::CropFill::kMean ? mean_byte(channel) : std::uint8_t{0};
}

std::uint8_t AugmentedImages::mean_byte(std::int64_t channel) const {
  return static_cast<std::uint8_t>(std::lround(normalization_.mean(channel) * 255.0));
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
