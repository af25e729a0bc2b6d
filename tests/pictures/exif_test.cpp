#include "runners/pictures/exif.h"

#include <vector>

#include <catch2/catch.hpp>

namespace firesweep::tests {
namespace {

namespace pictures = runners::pictures;
using Bytes = std::vector<std::uint8_t>;

/// A directory of one entry: the orientation, in the byte order of `mark`.
Bytes exif(char mark, std::uint8_t type, std::uint8_t value) {
  const bool little = mark == 'I';
  const auto two = [&](std::uint8_t number) {
    return little ? Bytes{number, 0} : Bytes{0, number};
  };
  Bytes out{static_cast<std::uint8_t>(mark), static_cast<std::uint8_t>(mark)};
  const auto append = [&](const Bytes& bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
  };
  append(two(42));
  append(little ? Bytes{8, 0, 0, 0} : Bytes{0, 0, 0, 8});
  append(two(1));
  append(little ? Bytes{0x12, 0x01} : Bytes{0x01, 0x12});
  append(two(type));
  append(little ? Bytes{1, 0, 0, 0} : Bytes{0, 0, 0, 1});
  append(type == 1 ? Bytes{value, 0} : two(value));
  append({0, 0});
  return out;
}

}  // namespace

TEST_CASE("The orientation is read in both byte orders, with and without the prefix") {
  const char mark = GENERATE('I', 'M');
  for (std::uint8_t value = 1; value <= 8; ++value) {
    Bytes data = exif(mark, 3, value);
    CHECK(pictures::exif_orientation(data) == value);
    const Bytes prefix{'E', 'x', 'i', 'f', 0, 0};
    data.insert(data.begin(), prefix.begin(), prefix.end());
    CHECK(pictures::exif_orientation(data) == value);
  }
  CHECK(pictures::exif_orientation(exif(mark, 1, 6)) == 6);  // a byte
  CHECK(pictures::exif_orientation(exif(mark, 2, 6)) == 1);  // text
  CHECK(pictures::exif_orientation(exif(mark, 3, 9)) == 1);
  CHECK(pictures::exif_orientation(exif(mark, 3, 0)) == 1);
}

TEST_CASE("Damaged EXIF data mean upright") {
  const Bytes whole = exif('I', 3, 6);
  for (std::size_t size = 0; size < whole.size() - 2; ++size) {
    CAPTURE(size);
    CHECK(pictures::exif_orientation(std::span(whole).first(size)) == 1);
  }
  Bytes other = whole;
  other[0] = 'X';
  CHECK(pictures::exif_orientation(other) == 1);
  Bytes far = whole;
  far[7] = 0xFF;  // the directory is behind the end
  CHECK(pictures::exif_orientation(far) == 1);
}

TEST_CASE("Each orientation puts every pixel where EXIF says") {
  const pictures::Picture picture{2,
                                  3,
                                  1,
                                  {1, 2, 3,  //
                                   4, 5, 6}};
  const std::vector<Bytes> expected{{1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {6, 5, 4, 3, 2, 1},
                                    {4, 5, 6, 1, 2, 3}, {1, 4, 2, 5, 3, 6}, {4, 1, 5, 2, 6, 3},
                                    {6, 3, 5, 2, 4, 1}, {3, 6, 2, 5, 1, 4}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    CAPTURE(orientation);
    const pictures::Picture upright = pictures::upright(picture, orientation);
    CHECK(upright.pixels == expected[static_cast<std::size_t>(orientation) - 1]);
    CHECK(upright.height == (orientation < 5 ? 2 : 3));
  }
}

}  // namespace firesweep::tests
