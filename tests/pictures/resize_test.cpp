#include "runners/pictures/resize.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <catch2/catch.hpp>
#include <hwy/targets.h>

#include "base/error.h"
#include "tests/pictures/support.h"
#include "tests/support/message_of.h"

namespace firesweep::tests {
namespace {

namespace pictures = runners::pictures;
using pictures::Filter;
using pictures::Picture;

double weight_at(Filter filter, double x) {
  x = std::abs(x);
  if (filter == Filter::kBilinear) {
    return std::max(0.0, 1.0 - x);
  }
  if (x < 1.0) {
    return (1.5 * x - 2.5) * x * x + 1.0;
  }
  return x < 2.0 ? -0.5 * (((x - 5.0) * x + 8.0) * x - 4.0) : 0.0;
}

/// One direction of a resize of one row or column, in double precision.
std::vector<double> resized_line(const std::vector<double>& line, std::size_t outputs,
                                 Filter filter) {
  const double scale = static_cast<double>(line.size()) / static_cast<double>(outputs);
  const double stretch = std::max(1.0, scale);
  std::vector<double> out;
  for (std::size_t o = 0; o < outputs; ++o) {
    const double centre = (static_cast<double>(o) + 0.5) * scale;
    double sum = 0.0;
    double weights = 0.0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const double weight = weight_at(filter, (static_cast<double>(i) + 0.5 - centre) / stretch);
      sum += weight * line[i];
      weights += weight;
    }
    out.push_back(std::clamp(sum / weights, 0.0, 255.0));
  }
  return out;
}

/// The definition, without its rounding: at most about 1 from the picture in 8 bits.
std::vector<double> definition(const Picture& picture, std::int64_t height, std::int64_t width,
                               Filter filter) {
  const auto channels = static_cast<std::size_t>(picture.channels);
  const auto columns = static_cast<std::size_t>(width);
  const auto rows = static_cast<std::size_t>(height);
  const auto from_rows = static_cast<std::size_t>(picture.height);
  const auto from_columns = static_cast<std::size_t>(picture.width);
  std::vector<double> out(rows * columns * channels);
  for (std::size_t c = 0; c < channels; ++c) {
    std::vector<std::vector<double>> narrow;
    for (std::size_t y = 0; y < from_rows; ++y) {
      std::vector<double> line;
      for (std::size_t x = 0; x < from_columns; ++x) {
        line.push_back(picture.pixels[(y * from_columns + x) * channels + c]);
      }
      narrow.push_back(resized_line(line, columns, filter));
    }
    for (std::size_t x = 0; x < columns; ++x) {
      std::vector<double> line;
      for (std::size_t y = 0; y < from_rows; ++y) {
        line.push_back(narrow[y][x]);
      }
      const std::vector<double> column = resized_line(line, rows, filter);
      for (std::size_t y = 0; y < rows; ++y) {
        out[(y * columns + x) * channels + c] = column[y];
      }
    }
  }
  return out;
}

}  // namespace

TEST_CASE("A resize follows its definition, with the same bits on every instruction set") {
  struct Size {
    std::int64_t height;
    std::int64_t width;
  };
  const std::int64_t channels = GENERATE(1, 3);
  const Filter filter = GENERATE(Filter::kBilinear, Filter::kBicubic);
  const Picture picture = noise(61, 83, channels);
  for (const Size size : {Size{64, 64}, Size{7, 9}, Size{1, 1}, Size{61, 20}, Size{130, 83}}) {
    const Picture resized = pictures::resized(picture, size.height, size.width, filter);
    CAPTURE(channels, size.height, size.width);
    const std::vector<double> expected = definition(picture, size.height, size.width, filter);
    REQUIRE(resized.pixels.size() == expected.size());
    double largest = 0.0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      largest = std::max(largest, std::abs(resized.pixels[i] - expected[i]));
    }
    CHECK(largest < 1.3);
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
      hwy::SetSupportedTargetsForTest(target);
      hwy::GetChosenTarget().Update(hwy::SupportedTargets());
      INFO("target " << hwy::TargetName(target));
      CHECK(pictures::resized(picture, size.height, size.width, filter) == resized);
    }
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
}

TEST_CASE("A picture of one colour keeps it at every size") {
  const Filter filter = GENERATE(Filter::kBilinear, Filter::kBicubic);
  const int value = GENERATE(0, 1, 128, 255);
  const Picture picture{5, 300, 3,
                        std::vector<std::uint8_t>(5 * 300 * 3, static_cast<std::uint8_t>(value))};
  const Picture resized = pictures::resized(picture, 40, 11, filter);
  CHECK(resized.pixels == std::vector<std::uint8_t>(40 * 11 * 3, static_cast<std::uint8_t>(value)));
}

TEST_CASE("A resize to the size of the box is a crop") {
  const Filter filter = GENERATE(Filter::kBilinear, Filter::kBicubic);
  const Picture picture = noise(20, 30, 1);
  CHECK(pictures::resized(picture, 20, 30, filter) == picture);
  const Picture part = pictures::resized(picture, 4, 6, filter, {3, 5, 9, 9});
  for (std::size_t y = 0; y < 4; ++y) {
    for (std::size_t x = 0; x < 6; ++x) {
      CHECK(part.pixels[y * 6 + x] == picture.pixels[(y + 5) * 30 + x + 3]);
    }
  }
}

TEST_CASE("A box beyond the picture and sizes beyond the limits are rejected") {
  const Picture picture = noise(20, 30, 3);
  const auto resize_box = [&](const pictures::Box& box) {
    return message_of(
        [&] { static_cast<void>(pictures::resized(picture, 4, 4, Filter::kBilinear, box)); });
  };
  CHECK(resize_box({0, 0, 31, 20}) ==
        "box 0 0 31 20 (left, top, right, bottom); expected a part of 30x20");
  for (const pictures::Box& box : {pictures::Box{-1, 0, 5, 5}, pictures::Box{5, 5, 5, 6},
                                   pictures::Box{0, 0, NAN, 5}, pictures::Box{0, 7, 3, 5}}) {
    CHECK(resize_box(box).rfind("box ", 0) == 0);
  }
  for (const std::int64_t size : {std::int64_t{0}, std::int64_t{-3}, std::int64_t{16'385}}) {
    CHECK_THROWS_AS(pictures::resized(picture, size, 4, Filter::kBilinear), Error);
    CHECK_THROWS_AS(pictures::resized(picture, 4, size, Filter::kBilinear), Error);
  }
  CHECK_THROWS_AS(pictures::resized({}, 4, 4, Filter::kBilinear), Error);
}

}  // namespace firesweep::tests
