#include "runners/batches/augmented_images.h"

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "tests/batches/support.h"

namespace firesweep::runners::batches {
namespace {

constexpr std::uint64_t kSeed = 7;
constexpr std::int64_t kEpoch = 3;

/// An image set with what makes its images.
struct Setup {
  explicit Setup(const models::Shape& shape) : noise(shape) {}

  std::vector<std::uint8_t> bytes(const Augmentation& augmentation, std::int64_t index) const {
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(noise.images.shape.elements()));
    AugmentedImages(noise.images, normalization, augmentation, kSeed, kEpoch)
        .write_bytes(index, pixels.data());
    return pixels;
  }
  std::vector<float> floats(const Augmentation& augmentation, std::int64_t index) const {
    std::vector<float> pixels(static_cast<std::size_t>(noise.images.shape.elements()));
    AugmentedImages(noise.images, normalization, augmentation, kSeed, kEpoch)
        .write(index, pixels.data());
    return pixels;
  }
  ImageChanges changes(const Augmentation& augmentation, std::int64_t index) const {
    return draw_changes(augmentation, noise.images.shape, kSeed, kEpoch, index);
  }
  /// Pixel [channel, y, x] of image `index` as it is.
  std::uint8_t pixel(std::int64_t index, std::int64_t channel, std::int64_t y,
                     std::int64_t x) const {
    const auto [channels, height, width] = noise.images.shape;
    return noise
        .pixels[static_cast<std::size_t>(((index * channels + channel) * height + y) * width + x)];
  }

  Noise noise;
  Normalization normalization{noise.images, noise.indices};
};

bool is_in(const Rectangle& part, std::int64_t y, std::int64_t x) {
  return y >= part.top && y < part.top + part.height && x >= part.left &&
         x < part.left + part.width;
}

/// Where `to` of `to_size` is among `from_size`, as in torch's interpolate without aligned corners.
double position(std::int64_t to, std::int64_t to_size, std::int64_t from_size) {
  const double scale = static_cast<double>(from_size) / static_cast<double>(to_size);
  return std::clamp((static_cast<double>(to) + 0.5) * scale - 0.5, 0.0,
                    static_cast<double>(from_size - 1));
}

}  // namespace

TEST_CASE("A window has the image's pixels where it covers the image, and zeros elsewhere") {
  const Setup setup({2, 9, 21});
  const Augmentation augmentation{.crop_padding = 6, .horizontal_flip = true};
  for (std::int64_t index = 0; index < 30; ++index) {
    const ImageChanges changes = setup.changes(augmentation, index);
    std::vector<std::uint8_t> expected;
    for (std::int64_t channel = 0; channel < 2; ++channel) {
      for (std::int64_t y = 0; y < 9; ++y) {
        for (std::int64_t x = 0; x < 21; ++x) {
          const std::int64_t from_y = y + changes.source.top;
          const std::int64_t from_x = (changes.flip ? 20 - x : x) + changes.source.left;
          expected.push_back(is_in({0, 0, 9, 21}, from_y, from_x)
                                 ? setup.pixel(index, channel, from_y, from_x)
                                 : std::uint8_t{0});
        }
      }
    }
    CHECK(setup.bytes(augmentation, index) == expected);
  }
}

TEST_CASE("A part of the image is resized bilinearly, to one grey level") {
  const auto shape = GENERATE(models::Shape{3, 9, 21}, models::Shape{1, 33, 18});
  const auto [channels, height, width] = shape;
  const Setup setup(shape);
  const Augmentation augmentation{.horizontal_flip = true, .random_resized_crop = 0.1};
  for (std::int64_t index = 0; index < 30; ++index) {
    const ImageChanges changes = setup.changes(augmentation, index);
    const Rectangle& source = changes.source;
    const std::vector<std::uint8_t> resized = setup.bytes(augmentation, index);
    double largest_difference = 0.0;
    auto found = resized.begin();
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      const auto at = [&](std::int64_t y, std::int64_t x) {
        return static_cast<double>(setup.pixel(index, channel,
                                               source.top + std::min(y, source.height - 1),
                                               source.left + std::min(x, source.width - 1)));
      };
      for (std::int64_t y = 0; y < height; ++y) {
        for (std::int64_t x = 0; x < width; ++x, ++found) {
          const double from_y = position(y, height, source.height);
          const double from_x = position(changes.flip ? width - 1 - x : x, width, source.width);
          const auto top = static_cast<std::int64_t>(from_y);
          const auto left = static_cast<std::int64_t>(from_x);
          const double down = from_y - static_cast<double>(top);
          const double right = from_x - static_cast<double>(left);
          const double above = at(top, left) * (1 - right) + at(top, left + 1) * right;
          const double below = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right;
          largest_difference =
              std::max(largest_difference, std::abs(*found - above * (1 - down) - below * down));
        }
      }
    }
    // Half a level of rounding, and half a weight of 1/256 in each direction.
    CHECK(largest_difference < 1.5);
  }
}

TEST_CASE("Colours change in the drawn order, each step rounded to 8 bits") {
  const Setup setup({3, 5, 7});
  const Augmentation augmentation{.brightness = 0.8, .contrast = 0.8};
  bool contrast_first = false;
  bool brightness_first = false;
  for (std::int64_t index = 0; index < 20; ++index) {
    std::vector<double> expected;
    for (std::int64_t i = 0; i < 105; ++i) {
      expected.push_back(setup.pixel(index, i / 35, i % 35 / 7, i % 7));
    }
    const ImageChanges changes = setup.changes(augmentation, index);
    for (const ColorChange& change : changes.colors()) {
      double mean = 0.0;
      if (change.step == ColorStep::kContrast) {
        for (std::size_t i = 0; i < 35; ++i) {
          mean += std::round(0.299 * expected[i] + 0.587 * expected[35 + i] +
                             0.114 * expected[70 + i]) /
                  35.0;
        }
      }
      for (double& value : expected) {
        value = std::clamp(std::round(mean + change.amount * (value - mean)), 0.0, 255.0);
      }
    }
    const bool contrast = changes.colors().front().step == ColorStep::kContrast;
    contrast_first = contrast_first || contrast;
    brightness_first = brightness_first || !contrast;
    const std::vector<std::uint8_t> changed = setup.bytes(augmentation, index);
    int different = 0;
    for (std::size_t i = 0; i < changed.size(); ++i) {
      CHECK(std::abs(changed[i] - expected[i]) <= 2.0);  // a tie may round to either side
      different += changed[i] == expected[i] ? 0 : 1;
    }
    CHECK(different <= 2);
  }
  CHECK(contrast_first);
  CHECK(brightness_first);
}

TEST_CASE("Grey pixels stay grey, whatever happens to saturation and hue") {
  Setup setup({3, 5, 7});
  for (std::size_t image = 0; image < setup.noise.labels.size(); ++image) {
    for (std::size_t i = 0; i < 35; ++i) {
      setup.noise.pixels[image * 105 + 35 + i] = setup.noise.pixels[image * 105 + i];
      setup.noise.pixels[image * 105 + 70 + i] = setup.noise.pixels[image * 105 + i];
    }
  }
  for (std::int64_t index = 0; index < 20; ++index) {
    CHECK(setup.bytes({.saturation = 1.0, .hue = 0.5}, index) == setup.bytes({}, index));
  }
}

TEST_CASE("What is erased is 0 after normalisation, the mean before, and nothing else changes") {
  const Setup setup({3, 16, 12});
  const Augmentation augmentation{.cutout = 5, .random_erasing = 0.7};
  std::size_t erasures = 0;
  for (std::int64_t index = 0; index < 30; ++index) {
    const ImageChanges changes = setup.changes(augmentation, index);
    erasures += changes.erased().size();
    const std::vector<std::uint8_t> bytes = setup.bytes(augmentation, index);
    const std::vector<float> floats = setup.floats(augmentation, index);
    bool right = true;
    for (std::int64_t i = 0; i < std::int64_t{3} * 16 * 12; ++i) {
      const std::int64_t channel = i / (std::int64_t{16} * 12);
      const std::int64_t y = i / 12 % 16;
      const std::int64_t x = i % 12;
      const bool erased = std::ranges::any_of(
          changes.erased(), [&](const Rectangle& part) { return is_in(part, y, x); });
      const std::uint8_t pixel =
          erased ? static_cast<std::uint8_t>(std::lround(setup.normalization.mean(channel) * 255.0))
                 : setup.pixel(index, channel, y, x);
      right = right && bytes[static_cast<std::size_t>(i)] == pixel &&
              floats[static_cast<std::size_t>((y * 12 + x) * 3 + channel)] ==
                  (erased ? 0.0F : setup.normalization.apply(channel, pixel));
    }
    CHECK(right);
  }
  CHECK(erasures > 40);
}

TEST_CASE("The floats of an augmented image are its bytes, normalised") {
  const Setup setup({3, 11, 10});
  const Augmentation augmentation{.horizontal_flip = true,
                                  .random_resized_crop = 0.3,
                                  .brightness = 0.4,
                                  .contrast = 0.4,
                                  .saturation = 0.4,
                                  .hue = 0.1};
  for (std::int64_t index = 0; index < 20; ++index) {
    const std::vector<std::uint8_t> bytes = setup.bytes(augmentation, index);
    std::vector<float> expected;
    for (std::size_t i = 0; i < 110; ++i) {
      for (std::size_t channel = 0; channel < 3; ++channel) {
        expected.push_back(setup.normalization.apply(static_cast<std::int64_t>(channel),
                                                     bytes[channel * 110 + i]));
      }
    }
    CHECK(setup.floats(augmentation, index) == expected);
  }
}

}  // namespace firesweep::runners::batches
