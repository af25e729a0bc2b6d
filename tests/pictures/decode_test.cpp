#include "runners/pictures/decode.h"

#include <array>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "runners/pictures/encode.h"
#include "runners/pictures/pixel_rows.h"
#include "tests/pictures/support.h"
#include "tests/support/message_of.h"

namespace firesweep::tests {
namespace {

namespace pictures = runners::pictures;
using Bytes = std::vector<std::uint8_t>;

std::string rejection(const Bytes& file, const pictures::DecodeOptions& options = {}) {
  return message_of([&] { static_cast<void>(pictures::decode(file, options)); });
}

Bytes bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

/// Per value.
double mean_difference(const pictures::Picture& a, const pictures::Picture& b) {
  REQUIRE(a.pixels.size() == b.pixels.size());
  double sum = 0.0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    sum += std::abs(a.pixels[i] - b.pixels[i]);
  }
  return sum / static_cast<double>(a.pixels.size());
}

}  // namespace

TEST_CASE("Lossless pictures have the pixels that were stored") {
  const std::string file = GENERATE("png_file/rgb", "webp_file/lossless");
  CAPTURE(file);
  CHECK(pictures::decode(corpus_file(file)) == corpus_scene());
}

TEST_CASE("A JPEG has nearly the pixels that were stored") {
  const pictures::Picture picture = pictures::decode(corpus_file("jpeg_file/subsampling_none"));
  CHECK(picture.height == 7);
  CHECK(mean_difference(picture, corpus_scene()) < 10.0);
}

TEST_CASE("Grey is the grey of the colours, and a grey picture has equal colours") {
  const pictures::DecodeOptions grey{.channels = 1};
  pictures::Picture expected{7, 9, 1, {}};
  const pictures::Picture scene = corpus_scene();
  for (std::size_t i = 0; i < scene.pixels.size(); i += 3) {
    expected.pixels.push_back(
        pictures::grey_of(scene.pixels[i], scene.pixels[i + 1], scene.pixels[i + 2]));
  }
  CHECK(pictures::decode(corpus_file("png_file/rgb"), grey) == expected);
  const std::string file = GENERATE("png_file/l", "png_file/grey_16");
  CAPTURE(file);
  CHECK(pictures::decode(corpus_file(file), grey) == expected);
  const pictures::Picture colour = pictures::decode(corpus_file(file));
  for (std::size_t i = 0; i < colour.pixels.size(); ++i) {
    CHECK(colour.pixels[i] == expected.pixels[i / 3]);
  }
}

TEST_CASE("Transparent pixels are composited over the background") {
  const std::string file = GENERATE("png_file/rgba", "webp_file/lossless_alpha");
  CAPTURE(file);
  const pictures::Colour background{200, 30, 101};
  const pictures::Picture picture = pictures::decode(corpus_file(file), {.background = background});
  const pictures::Picture scene = corpus_scene();
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
    const double alpha = static_cast<double>(i / 3 * 37 % 256) / 255.0;
    const double expected = alpha * scene.pixels[i] + (1 - alpha) * background.at(i % 3);
    CHECK(std::abs(picture.pixels[i] - expected) <= 0.51);
  }
}

TEST_CASE("A transparent colour becomes the background") {
  const pictures::Picture picture =
      pictures::decode(corpus_file("png_file/transparent_colour"), {.background = {1, 2, 3}});
  CHECK(picture.pixels[0] == 1);  // black is transparent there
  CHECK(picture.pixels[1] == 2);
  CHECK(picture.pixels[2] == 3);
  CHECK(picture.pixels[3] == 28);
}

TEST_CASE("A GIF frame is placed on its canvas") {
  // A frame of 4x3 at (3, 2) of 8x6, colours 0 to 3 in turn, colour 1 transparent; local palette.
  const pictures::Picture picture =
      pictures::decode(corpus_file("gif_file/offset"), {.background = {7, 8, 9}});
  CHECK(picture.height == 6);
  CHECK(picture.width == 8);
  const auto pixel = [&](std::size_t x, std::size_t y) {
    const std::size_t place = (y * 8 + x) * 3;
    return pictures::Colour{picture.pixels[place], picture.pixels[place + 1],
                            picture.pixels[place + 2]};
  };
  CHECK(pixel(0, 0) == pictures::Colour{7, 8, 9});
  CHECK(pixel(3, 2) == pictures::Colour{40, 41, 42});
  CHECK(pixel(4, 2) == pictures::Colour{7, 8, 9});
  CHECK(pixel(6, 4) == pictures::Colour{49, 50, 51});
  CHECK(pixel(7, 5) == pictures::Colour{7, 8, 9});
}

TEST_CASE("The format is told by the first bytes, and others are rejected") {
  CHECK(rejection({}) == "an empty file; expected a JPEG, PNG, WebP or GIF picture");
  for (const char* content :
       {"hello", "BM1234567890", "<svg></svg>", "RIFF1234WAVEfmt ", "GIF88a", "\x89PNG\r\n"}) {
    CAPTURE(content);
    CHECK(rejection(bytes_of(content)) == "not a JPEG, PNG, WebP or GIF picture");
  }
}

TEST_CASE("No beginning of a picture is taken for a picture") {
  const auto file = GENERATE(values<std::string>(
      {"jpeg_file/baseline", "jpeg_file/progressive", "jpeg_file/grey", "jpeg_file/cmyk",
       "png_file/rgb", "png_file/p", "webp_file/lossy", "gif_file/small_palette"}));
  const Bytes whole = corpus_file(file);
  REQUIRE_NOTHROW(pictures::decode(whole));
  // WebP pads chunks to even lengths; a GIF's last byte only says that no frame follows.
  const std::size_t spare = file[0] == 'w' || file[0] == 'g' ? 1 : 0;
  for (std::size_t size = 0; size < whole.size() - spare; ++size) {
    CAPTURE(file, size);
    const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK_THROWS_AS(pictures::decode(part), Error);
  }
}

TEST_CASE("A truncated picture is said to end early") {
  CHECK(rejection(corpus_file("jpeg_file/truncated")) ==
        "can't decode the JPEG data: the data ends early");
  CHECK(rejection(corpus_file("jpeg_file/no_end")) ==
        "can't decode the JPEG data: the data ends early");
  CHECK(rejection(corpus_file("png_file/no_end")) ==
        "can't decode the PNG data: the data ends early");
  CHECK(rejection(corpus_file("webp_file/truncated")) ==
        "can't decode the WebP data: the data ends early");
  CHECK(rejection(corpus_file("gif_file/truncated")) ==
        "can't decode the GIF data: the data ends early");
}

TEST_CASE("Corrupt data are an error, also where libjpeg would only warn") {
  Bytes png = corpus_file("png_file/rgb");
  png[png.size() - 20] ^= 1U;
  CHECK(rejection(png).rfind("can't decode the PNG data: ", 0) == 0);
  Bytes jpeg = corpus_file("jpeg_file/baseline");
  jpeg[jpeg.size() - 30] = 0xFF;  // a marker within the pixels
  jpeg[jpeg.size() - 29] = 0xD9;
  CHECK(rejection(jpeg).rfind("can't decode the JPEG data: Corrupt JPEG data", 0) == 0);
}

TEST_CASE("Bytes between the last pixel and the end of a JPEG are ignored, as cameras write them") {
  const Bytes plain = corpus_file("jpeg_file/baseline");
  Bytes jpeg = plain;
  jpeg.insert(jpeg.end() - 2, {0x00, 0x12, 0x34});
  CHECK(pictures::decode(jpeg) == pictures::decode(plain));
}

TEST_CASE("Bytes behind the end of a picture are ignored") {
  for (const char* file :
       {"jpeg_file/baseline", "png_file/rgb", "webp_file/lossy", "gif_file/small_palette"}) {
    CAPTURE(file);
    Bytes content = corpus_file(file);
    const pictures::Picture alone = pictures::decode(content);
    for (const char byte : std::string("trailing garbage")) {
      content.push_back(static_cast<std::uint8_t>(byte));
    }
    CHECK(pictures::decode(content) == alone);
  }
}

TEST_CASE("A picture beyond the limits is rejected by its header") {
  Bytes png = corpus_file("png_file/rgb");
  CHECK(rejection(png, {.max_pixels = 62}) ==
        "a picture of 9x7 pixels (width x height); expected 1 to 16384 a side and at most 62 in "
        "all");
  for (const char* file : {"jpeg_file/baseline", "webp_file/lossy", "webp_file/animation",
                           "gif_file/small_palette", "png_file/rgb"}) {
    CAPTURE(file);
    CHECK(rejection(corpus_file(file), {.max_pixels = 8}).rfind("a picture of ", 0) == 0);
  }
}

TEST_CASE("A chunk that claims to be longer than its file costs no memory") {
  CHECK(rejection(corpus_file("png_file/huge_exif")) ==
        "can't decode the PNG data: eXIf: chunk data is too large");
}

TEST_CASE("Orientation is applied if asked for") {
  for (const char* file : {"jpeg_file/exif", "png_file/exif", "webp_file/exif"}) {
    CAPTURE(file);
    const Bytes content = corpus_file(file);
    const pictures::Picture stored = pictures::decode(content);
    const pictures::DecodeOptions apply{.orientation = pictures::Orientation::kApply};
    const pictures::Picture upright = pictures::decode(content, apply);
    CHECK(stored.width == 9);
    REQUIRE(upright.width == 7);  // orientation 6: turned to the right
    CHECK(upright.pixels[6 * 3] == stored.pixels[0]);
    const pictures::Framing framing{pictures::FramingMode::kFit, 9, 9, pictures::Filter::kBilinear};
    CHECK(pictures::decode_framed(content, apply, framing) == pictures::framed(upright, framing));
  }
}

TEST_CASE("An encoded picture is decoded to itself") {
  const std::int64_t channels = GENERATE(1, 3);
  const pictures::Picture picture = noise(13, 21, channels);
  const Bytes file = bytes_of(pictures::encode_png(picture));
  CHECK(pictures::decode(file, {.channels = channels}) == picture);
  CHECK_THROWS_AS(pictures::encode_png({}), Error);
}

TEST_CASE("Planes have the channels one after another") {
  const pictures::Picture picture{1, 2, 3, {1, 2, 3, 4, 5, 6}};
  Bytes planes(6);
  pictures::to_planes(picture, planes);
  CHECK(planes == Bytes{1, 4, 2, 5, 3, 6});
  CHECK_THROWS_AS(pictures::to_planes(picture, std::span(planes).first(5)), std::invalid_argument);
}

}  // namespace firesweep::tests
