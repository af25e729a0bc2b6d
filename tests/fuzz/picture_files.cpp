// The four formats of pictures. One function each, so that each has a corpus of its own.
#include <cstdint>
#include <optional>
#include <vector>

#include "runners/pictures/decode.h"
#include "runners/pictures/pixel_rows.h"
#include "tests/fuzz/targets.h"

namespace firesweep::fuzz {
namespace {

namespace pictures = runners::pictures;

// Small enough that no input is slow for its size alone.
constexpr std::int64_t kMaxFuzzedPixels = 200'000;

bool is_grey_of(const pictures::Picture& grey, const pictures::Picture& colour) {
  for (std::size_t i = 0; i < grey.pixels.size(); ++i) {
    if (grey.pixels[i] != pictures::grey_of(colour.pixels[3 * i], colour.pixels[3 * i + 1],
                                            colour.pixels[3 * i + 2])) {
      return false;
    }
  }
  return true;
}

void picture_file(std::string_view bytes) {
  const std::vector<std::uint8_t> file(bytes.begin(), bytes.end());
  pictures::DecodeOptions options;
  options.background = {10, 200, 90};
  options.max_pixels = kMaxFuzzedPixels;
  const auto colour = accepted([&] { return pictures::decode(file, options); });
  const pictures::Framing framing{pictures::FramingMode::kFit, 9, 12, pictures::Filter::kBicubic};
  const auto framed = accepted([&] { return pictures::decode_framed(file, options, framing); });
  options.channels = 1;
  options.orientation = pictures::Orientation::kApply;
  const auto upright = accepted([&] { return pictures::decode(file, options); });
  require(colour.has_value() == framed.has_value() && colour.has_value() == upright.has_value(),
          "what can be decoded does not depend on the options");
  if (!colour) {
    return;
  }
  require(colour->height * colour->width <= kMaxFuzzedPixels &&
              std::ssize(colour->pixels) == colour->height * colour->width * 3,
          "the number of pixels matches the size");
  require(*framed == pictures::framed(*colour, framing, options.background),
          "framing row by row is framing the whole");
  require(upright->height * upright->width == colour->height * colour->width,
          "turning keeps the number of pixels");
  options.orientation = pictures::Orientation::kIgnore;
  require(is_grey_of(pictures::decode(file, options), *colour), "grey is the grey of the colours");
}

}  // namespace

void jpeg_file(std::string_view bytes) {
  picture_file(bytes);
}

void png_file(std::string_view bytes) {
  picture_file(bytes);
}

void webp_file(std::string_view bytes) {
  picture_file(bytes);
}

void gif_file(std::string_view bytes) {
  picture_file(bytes);
}

}  // namespace firesweep::fuzz
