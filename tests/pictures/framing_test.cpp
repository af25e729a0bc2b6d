#include "runners/pictures/framing.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/pictures/support.h"

namespace firesweep::tests {
namespace {

namespace pictures = runners::pictures;
using pictures::FramingMode;
using pictures::Picture;

/// [height, width, 1] with the value 10 x + y.
Picture ramp(std::int64_t height, std::int64_t width) {
  Picture picture{height, width, 1, {}};
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      picture.pixels.push_back(static_cast<std::uint8_t>(10 * x + y));
    }
  }
  return picture;
}

}  // namespace

TEST_CASE("Every framing has the requested size") {
  struct Size {
    std::int64_t height;
    std::int64_t width;
  };
  const auto mode = GENERATE(FramingMode::kCrop, FramingMode::kStretch, FramingMode::kFit);
  for (const Size from : {Size{1, 1}, Size{40, 30}, Size{1, 500}, Size{500, 1}, Size{33, 34}}) {
    for (const Size to : {Size{1, 1}, Size{32, 32}, Size{3, 50}, Size{50, 3}}) {
      const Picture framed =
          pictures::framed(noise(from.height, from.width, 3),
                           {.mode = mode, .height = to.height, .width = to.width});
      CAPTURE(from.height, from.width, to.height, to.width);
      CHECK(framed.height == to.height);
      CHECK(framed.width == to.width);
      CHECK(std::ssize(framed.pixels) == to.height * to.width * 3);
    }
  }
}

TEST_CASE("A crop keeps the aspect ratio and takes the centre") {
  // The shorter side has the size already: only the centre is taken. 9 - 4 = 5 columns are left,
  // and Python rounds 2.5 to 2.
  const Picture wide = pictures::framed(ramp(4, 9), {.height = 4, .width = 4});
  CHECK(wide.pixels == std::vector<std::uint8_t>{20, 30, 40, 50, 21, 31, 41, 51,  //
                                                 22, 32, 42, 52, 23, 33, 43, 53});
  const Picture tall = pictures::framed(ramp(7, 2), {.height = 2, .width = 2});
  CHECK(tall.pixels == std::vector<std::uint8_t>{2, 12, 3, 13});
}

TEST_CASE("A fit shows the whole picture between background") {
  const Picture fitted =
      pictures::framed(Picture{1, 2, 3, {9, 8, 7, 6, 5, 4}},
                       {.mode = FramingMode::kFit, .height = 3, .width = 2}, {100, 110, 120});
  CHECK(fitted.pixels == std::vector<std::uint8_t>{100, 110, 120, 100, 110, 120,  //
                                                   9, 8, 7, 6, 5, 4,              //
                                                   100, 110, 120, 100, 110, 120});
  const Picture grey = pictures::framed(
      Picture{1, 1, 1, {9}}, {.mode = FramingMode::kFit, .height = 1, .width = 3}, {255, 0, 0});
  CHECK(grey.pixels == std::vector<std::uint8_t>{76, 9, 76});
}

TEST_CASE("A framing without a size is rejected") {
  CHECK_THROWS_AS(pictures::framed(ramp(4, 4), {.height = 0, .width = 3}), Error);
  CHECK_THROWS_AS(pictures::framed(ramp(4, 4), {.height = 3, .width = 20'000}), Error);
  CHECK_THROWS_AS(pictures::framed({}, {.height = 3, .width = 3}), Error);
}

}  // namespace firesweep::tests
