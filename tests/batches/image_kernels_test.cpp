// The kernels, on every instruction set that this processor has, against loops over single pixels.
#include "runners/batches/image_kernels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>
#include <hwy/targets.h>

#include "runners/data/random.h"

namespace firesweep::runners::batches {
namespace {

using Pixels = std::vector<std::uint8_t>;
using Colors = std::array<Pixels, 3>;

/// Runs a test once per instruction set.
class EachTarget {
 public:
  EachTarget() = default;
  ~EachTarget() {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().DeInit();
  }
  EachTarget(const EachTarget&) = delete;
  EachTarget& operator=(const EachTarget&) = delete;

  template <typename Test>
  void run(const Test& test) {
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
      hwy::SetSupportedTargetsForTest(target);
      hwy::GetChosenTarget().DeInit();
      CAPTURE(hwy::TargetName(target));
      test();
    }
    hwy::SetSupportedTargetsForTest(0);
  }
};

/// Less than a vector, vectors with and without a remainder.
std::vector<std::int64_t> counts() {
  return {1, 3, 7, 15, 16, 17, 31, 33, 64, 100, 1023};
}

Pixels noise(std::int64_t count, std::uint64_t key) {
  data::RandomStream random(data::Stream::kSplit, 3, key);
  Pixels pixels(static_cast<std::size_t>(count));
  for (std::uint8_t& pixel : pixels) {
    pixel = static_cast<std::uint8_t>(random.next() >> 56U);
  }
  return pixels;
}

/// Noise with grey pixels, equal channels, black and white among it.
Colors colors(std::int64_t count) {
  Colors planes{noise(count, 1), noise(count, 2), noise(count, 3)};
  for (std::size_t i = 0; i < planes[0].size(); i += 5) {
    planes[i % 3][i] = planes[(i + 1) % 3][i];
    if (i % 10 == 0) {
      planes[(i + 2) % 3][i] = planes[i % 3][i];
    }
    if (i % 35 == 0) {
      planes[0][i] = planes[1][i] = planes[2][i] = i % 2 == 0 ? 0 : 255;
    }
  }
  return planes;
}

std::uint8_t clamped(std::int64_t value) {
  return static_cast<std::uint8_t>(std::clamp<std::int64_t>(value, 0, 255));
}

/// fixed / 65536, rounded.
std::int64_t rounded(std::int64_t fixed) {
  return (fixed + kFixedOne / 2) >> kFixedBits;
}

std::int64_t luma(std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
  return rounded(std::int64_t{19595} * red + std::int64_t{38470} * green +
                 std::int64_t{7471} * blue);
}

/// The textbook way: RGB to HSV, hue turned, and back.
std::array<double, 3> turned(const std::array<double, 3>& color, double sixths) {
  const auto [smallest, largest] = std::minmax({color[0], color[1], color[2]});
  const double distance = largest - smallest;
  if (distance == 0.0) {
    return color;
  }
  double hue = largest == color[0]   ? (color[1] - color[2]) / distance
               : largest == color[1] ? 2.0 + (color[2] - color[0]) / distance
                                     : 4.0 + (color[0] - color[1]) / distance;
  hue = std::fmod(hue + sixths + 12.0, 6.0);
  const double sector = std::floor(hue);
  const double up = smallest + distance * (hue - sector);
  const double down = largest - distance * (hue - sector);
  switch (static_cast<int>(sector)) {
    case 0:
      return {largest, up, smallest};
    case 1:
      return {down, largest, smallest};
    case 2:
      return {smallest, largest, up};
    case 3:
      return {smallest, down, largest};
    case 4:
      return {up, smallest, largest};
    default:
      return {largest, smallest, down};
  }
}

}  // namespace

TEST_CASE("Sums of pixels, of squares and of luma are exact") {
  EachTarget().run([] {
    for (const std::int64_t count : {1L, 17L, 784L, 32768L, 32769L, 100003L}) {
      const Colors planes = colors(count);
      PixelSums expected;
      std::uint64_t expected_luma = 0;
      for (std::size_t i = 0; i < planes[0].size(); ++i) {
        expected.sum += planes[0][i];
        expected.squares += std::uint64_t{planes[0][i]} * planes[0][i];
        expected_luma += static_cast<std::uint64_t>(luma(planes[0][i], planes[1][i], planes[2][i]));
      }
      const PixelSums sums = sum_pixels(planes[0].data(), count);
      CHECK(sums.sum == expected.sum);
      CHECK(sums.squares == expected.squares);
      CHECK(sum_luma(planes[0].data(), planes[1].data(), planes[2].data(), count) == expected_luma);
    }
  });
}

TEST_CASE("Sums of a white plane do not overflow") {
  EachTarget().run([] {
    const Pixels white(1 << 20, 255);
    const PixelSums sums = sum_pixels(white.data(), 1 << 20);
    CHECK(sums.sum == std::uint64_t{255} << 20U);
    CHECK(sums.squares == std::uint64_t{65025} << 20U);
    CHECK(sum_luma(white.data(), white.data(), white.data(), 1 << 20) == std::uint64_t{255} << 20U);
  });
}

TEST_CASE("Pixels are scaled and shifted, rounded and clamped") {
  EachTarget().run([] {
    for (const std::int64_t count : counts()) {
      for (const double scale : {0.0, 0.37, 1.0, 1.6, 11.0}) {
        const auto factor = static_cast<std::int32_t>(scale * kFixedOne);
        const auto shift = static_cast<std::int32_t>((1.0 - scale) * 117.3 * kFixedOne);
        Pixels pixels = noise(count, 1);
        Pixels expected = pixels;
        for (std::uint8_t& pixel : expected) {
          pixel = clamped(rounded(std::int64_t{factor} * pixel + shift));
        }
        scale_pixels(pixels.data(), count, factor, shift);
        CHECK(pixels == expected);
      }
    }
  });
}

TEST_CASE("Colours are scaled away from their luma, rounded and clamped") {
  EachTarget().run([] {
    for (const std::int64_t count : counts()) {
      for (const double scale : {0.0, 0.37, 1.0, 1.6, 11.0}) {
        const auto factor = static_cast<std::int32_t>(scale * kFixedOne);
        Colors planes = colors(count);
        Colors expected = planes;
        for (std::size_t i = 0; i < planes[0].size(); ++i) {
          const std::int64_t gray = luma(planes[0][i], planes[1][i], planes[2][i]);
          for (Pixels& plane : expected) {
            plane[i] = clamped(
                rounded(std::int64_t{factor} * plane[i] + std::int64_t{kFixedOne - factor} * gray));
          }
        }
        scale_colors(planes[0].data(), planes[1].data(), planes[2].data(), count, factor);
        CHECK(planes == expected);
      }
    }
  });
}

TEST_CASE("Hues turn as in HSV, and a full turn changes nothing") {
  EachTarget().run([] {
    for (const std::int64_t count : counts()) {
      for (const double sixths : {0.0, 0.01, 0.6, 1.0, 2.5, 3.0, 4.9, 5.99, 6.0}) {
        const Colors before = colors(count);
        Colors after = before;
        turn_hue(after[0].data(), after[1].data(), after[2].data(), count,
                 static_cast<std::int32_t>(std::lround(sixths * kFixedOne)));
        double largest_difference = 0.0;
        for (std::size_t i = 0; i < before[0].size(); ++i) {
          const auto expected =
              turned({static_cast<double>(before[0][i]), static_cast<double>(before[1][i]),
                      static_cast<double>(before[2][i])},
                     sixths);
          for (std::size_t channel = 0; channel < 3; ++channel) {
            largest_difference =
                std::max(largest_difference, std::abs(after[channel][i] - expected[channel]));
          }
        }
        CHECK(largest_difference < 0.51);
        CHECK(((sixths > 0.0 && sixths < 6.0) || after == before));
      }
    }
  });
}

TEST_CASE("A copy in reverse has the last pixel first") {
  EachTarget().run([] {
    for (const std::int64_t count : counts()) {
      const Pixels from = noise(count, 1);
      Pixels to(from.size());
      copy_reversed(from.data(), count, to.data());
      CHECK(std::equal(from.rbegin(), from.rend(), to.begin()));
    }
  });
}

TEST_CASE("Rows are blended, then sampled between neighbours") {
  EachTarget().run([] {
    for (const std::int64_t count : counts()) {
      const Pixels above = noise(count, 1);
      const Pixels below = noise(count, 2);
      std::vector<std::int32_t> row(above.size() + 1);
      std::vector<std::int32_t> pairs(above.size());
      std::vector<std::int32_t> places;
      std::vector<std::int32_t> weights;
      data::RandomStream random(data::Stream::kSplit, 4, 0);
      for (std::int64_t i = 0; i < count + 5; ++i) {
        places.push_back(static_cast<std::int32_t>(random.below(above.size())));
        weights.push_back(static_cast<std::int32_t>(random.below(256)));
      }
      for (const std::int32_t weight : {0, 1, 128, 255}) {
        Pixels sampled(places.size());
        blend_rows(above.data(), below.data(), weight, count, row.data(), pairs.data());
        sample_row(pairs.data(), places.data(), weights.data(), count + 5, sampled.data());
        Pixels expected;
        for (std::size_t i = 0; i < places.size(); ++i) {
          const auto left = static_cast<std::size_t>(places[i]);
          const std::size_t right = std::min(left + 1, above.size() - 1);
          const std::int64_t from = above[left] * (256 - weight) + below[left] * weight;
          const std::int64_t to = above[right] * (256 - weight) + below[right] * weight;
          expected.push_back(clamped(rounded(from * (256 - weights[i]) + to * weights[i])));
        }
        CHECK(sampled == expected);
      }
    }
  });
}

}  // namespace firesweep::runners::batches
