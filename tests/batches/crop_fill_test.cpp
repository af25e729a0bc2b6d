#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <catch2/catch.hpp>

#include "runners/batches/augmented_images.h"

namespace firesweep::runners::batches {
namespace {

using sweep::CropFill;

using Plane = std::vector<std::uint8_t>;

constexpr std::int64_t kImages = 600;
constexpr std::uint64_t kDrawSeed = 7;
constexpr std::int64_t kDrawEpoch = 3;
const Plane kPlane{10, 20,  30,  40,    //
                   50, 60,  70,  80,    //
                   90, 100, 110, 120};  // mean 65

/// kPlane as it is in channel `channel`: with means 65, 66, 130.
std::uint8_t in_channel(std::uint8_t pixel, std::int64_t channel) {
  const int value = channel == 2 ? 2 * pixel : pixel + static_cast<int>(channel);
  return static_cast<std::uint8_t>(value);
}

Plane copies_of_plane(std::int64_t channels) {
  Plane pixels;
  for (std::int64_t plane = 0; plane < kImages * channels; ++plane) {
    for (const std::uint8_t pixel : kPlane) {
      pixels.push_back(in_channel(pixel, plane % channels));
    }
  }
  return pixels;
}

std::vector<std::int32_t> all_indices() {
  std::vector<std::int32_t> indices(static_cast<std::size_t>(kImages));
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

/// Many copies of one small image.
struct Copies {
  explicit Copies(std::int64_t channels)
      : pixels(copies_of_plane(channels)),
        labels(static_cast<std::size_t>(kImages)),
        indices(all_indices()),
        shape{channels, 3, 4} {}
  Copies(const Copies&) = delete;
  Copies& operator=(const Copies&) = delete;

  Plane bytes(const Augmentation& augmentation, std::int64_t index) const {
    Plane written(static_cast<std::size_t>(shape.elements()));
    AugmentedImages(images(), normalization, augmentation, kDrawSeed, kDrawEpoch)
        .write_bytes(index, written.data());
    return written;
  }
  std::vector<float> floats(const Augmentation& augmentation, std::int64_t index) const {
    std::vector<float> written(static_cast<std::size_t>(shape.elements()));
    AugmentedImages(images(), normalization, augmentation, kDrawSeed, kDrawEpoch)
        .write(index, written.data());
    return written;
  }
  ImageChanges changes(const Augmentation& augmentation, std::int64_t index) const {
    return draw_changes(augmentation, shape, kDrawSeed, kDrawEpoch, index);
  }
  /// An image for which this window is drawn.
  std::int64_t image_with(const Augmentation& augmentation, std::int64_t top, std::int64_t left,
                          bool flip) const {
    for (std::int64_t index = 0; index < kImages; ++index) {
      const ImageChanges drawn = changes(augmentation, index);
      if (drawn.source == Rectangle{top, left, 3, 4} && drawn.flip == flip) {
        return index;
      }
    }
    throw std::logic_error("no image has this window");
  }
  data::ImageSet images() const { return {.shape = shape, .pixels = pixels, .labels = labels}; }

  Plane pixels;
  std::vector<data::Label> labels;
  std::vector<std::int32_t> indices;
  models::Shape shape;
  Normalization normalization{images(), indices};
};

struct Case {
  CropFill fill;
  Plane above_left;           // the window from row -2 and column -1
  Plane below_right_flipped;  // that from row 1 and column 2, mirrored
};

/// The position that `at` of `size` pixels shows, written as a walk that turns round at the ends.
std::int64_t mirrored(std::int64_t at, std::int64_t size) {
  std::int64_t place = 0;
  for (std::int64_t step = 0; step < std::abs(at); ++step) {
    place += (step / (size - 1)) % 2 == 0 ? 1 : -1;
  }
  return place;
}

}  // namespace

TEST_CASE("Padding of crops shows what crop_fill names") {
  const auto example = GENERATE(values<Case>({
      {CropFill::kBlack,
       {0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 20, 30},
       {0, 0, 80, 70, 0, 0, 120, 110, 0, 0, 0, 0}},
      {CropFill::kMean,
       {65, 65, 65, 65, 65, 65, 65, 65, 65, 10, 20, 30},
       {65, 65, 80, 70, 65, 65, 120, 110, 65, 65, 65, 65}},
      {CropFill::kEdge,
       {10, 10, 20, 30, 10, 10, 20, 30, 10, 10, 20, 30},
       {80, 80, 80, 70, 120, 120, 120, 110, 120, 120, 120, 110}},
      {CropFill::kReflect,
       {100, 90, 100, 110, 60, 50, 60, 70, 20, 10, 20, 30},
       {60, 70, 80, 70, 100, 110, 120, 110, 60, 70, 80, 70}},
  }));
  const std::int64_t channels = GENERATE(1, 3);
  CAPTURE(sweep::to_string(example.fill), channels);
  const Copies copies(channels);
  const auto all_channels = [&](const Plane& plane) {
    Plane all;
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      for (const std::uint8_t pixel : plane) {
        all.push_back(pixel == 0 ? std::uint8_t{0} : in_channel(pixel, channel));
      }
    }
    return all;
  };
  const Augmentation augmentation{
      .crop_padding = 2, .crop_fill = example.fill, .horizontal_flip = true};
  CHECK(copies.bytes(augmentation, copies.image_with(augmentation, -2, -1, false)) ==
        all_channels(example.above_left));
  CHECK(copies.bytes(augmentation, copies.image_with(augmentation, 1, 2, true)) ==
        all_channels(example.below_right_flipped));
  CHECK(copies.bytes(augmentation, copies.image_with(augmentation, 0, 0, false)) ==
        all_channels(kPlane));
}

TEST_CASE("Padding with the mean is exactly 0 after normalisation, whatever the colours") {
  const std::int64_t channels = GENERATE(1, 3);
  const Copies copies(channels);
  const Augmentation augmentation{.crop_padding = 6,
                                  .crop_fill = CropFill::kMean,
                                  .horizontal_flip = true,
                                  .brightness = GENERATE(0.0, 0.9),
                                  .contrast = 0.5};
  int outside = 0;
  for (std::int64_t index = 0; index < kImages; ++index) {
    const ImageChanges changes = copies.changes(augmentation, index);
    const std::vector<float> floats = copies.floats(augmentation, index);
    const Plane bytes = copies.bytes(augmentation, index);
    bool right = true;
    for (std::int64_t i = 0; i < copies.shape.elements(); ++i) {
      const std::int64_t channel = i % channels;
      const std::int64_t y = i / channels / 4;
      const std::int64_t x = i / channels % 4;
      const std::int64_t row = y + changes.source.top;
      const std::int64_t column = (changes.flip ? 3 - x : x) + changes.source.left;
      const std::uint8_t byte = bytes[static_cast<std::size_t>((channel * 3 + y) * 4 + x)];
      const float pixel = floats[static_cast<std::size_t>(i)];
      if (row < 0 || row > 2 || column < 0 || column > 3) {
        ++outside;
        right = right && pixel == 0.0F && byte == in_channel(65, channel);
      } else {
        right = right && pixel == copies.normalization.apply(channel, byte);
      }
    }
    CHECK(right);
  }
  CHECK(outside > kImages);
}

TEST_CASE("The nearest pixel and reflections are those of the whole window, however far") {
  const auto fill = GENERATE(CropFill::kEdge, CropFill::kReflect);
  const std::int64_t padding = fill == CropFill::kEdge ? 9 : 2;
  const Copies copies(3);
  const Augmentation augmentation{
      .crop_padding = padding, .crop_fill = fill, .horizontal_flip = true};
  for (std::int64_t index = 0; index < kImages; ++index) {
    const ImageChanges changes = copies.changes(augmentation, index);
    Plane expected;
    for (std::int64_t i = 0; i < copies.shape.elements(); ++i) {
      const std::int64_t x = i % 4;
      const std::int64_t row = i / 4 % 3 + changes.source.top;
      const std::int64_t column = (changes.flip ? 3 - x : x) + changes.source.left;
      const auto place = [&](std::int64_t at, std::int64_t size) {
        if (fill == CropFill::kEdge) {
          return std::min(std::max<std::int64_t>(at, 0), size - 1);
        }
        return mirrored(at, size);
      };
      expected.push_back(in_channel(
          kPlane[static_cast<std::size_t>(place(row, 3) * 4 + place(column, 4))], i / 12));
    }
    CHECK(copies.bytes(augmentation, index) == expected);
  }
}

TEST_CASE("A fill changes neither the windows that are drawn nor anything without padding") {
  const auto fill =
      GENERATE(CropFill::kMean, CropFill::kEdge, CropFill::kReflect, CropFill::kBlack);
  const Copies copies(1);
  for (std::int64_t index = 0; index < 50; ++index) {
    const Augmentation black{.crop_padding = 2, .horizontal_flip = true};
    Augmentation filled = black;
    filled.crop_fill = fill;
    CHECK(copies.changes(filled, index).source == copies.changes(black, index).source);
    CHECK(copies.changes(filled, index).flip == copies.changes(black, index).flip);
    CHECK(copies.floats({.crop_fill = fill, .horizontal_flip = true}, index) ==
          copies.floats({.horizontal_flip = true}, index));
  }
}

TEST_CASE("What an image can't reflect is not reflected") {
  const Copies copies(1);
  const auto bytes = [&](std::int64_t padding) {
    return copies.bytes({.crop_padding = padding, .crop_fill = CropFill::kReflect}, 0);
  };
  CHECK_NOTHROW(bytes(2));
  CHECK_THROWS_AS(bytes(3), std::invalid_argument);
}

}  // namespace firesweep::runners::batches
