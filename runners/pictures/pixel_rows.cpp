#include "runners/pictures/pixel_rows.h"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

#include <fmt/format.h>

namespace firesweep::runners::pictures {
namespace {

/// a b / 255, rounded. Pillow's MULDIV255 (ImagingUtils.h).
std::uint32_t product_of_fractions(std::uint32_t a, std::uint32_t b) {
  const std::uint32_t product = a * b + 128;
  return ((product >> 8U) + product) >> 8U;
}

/// `colour` with `alpha` over the opaque `background`. Pillow's AlphaComposite.c with an opaque
/// destination: blending with 7 more bits, divided by 255 with rounding.
std::uint8_t over(std::uint32_t colour, std::uint32_t alpha, std::uint32_t background) {
  const std::uint32_t blend = (colour * alpha + background * (255 - alpha) + 128) << 7U;
  return static_cast<std::uint8_t>(((blend >> 8U) + blend) >> 15U);
}

/// Colour and alpha over the background: [width, 4] -> [width, 3].
void composite(std::span<const std::uint8_t> pixels, const Colour& background,
               std::vector<std::uint8_t>& out) {
  for (std::size_t x = 0; x < pixels.size() / 4; ++x) {
    for (std::size_t c = 0; c < 3; ++c) {
      out[x * 3 + c] = over(pixels[4 * x + c], pixels[4 * x + 3], background[c]);
    }
  }
}

/// Grey and alpha over a coloured background: [width, 2] -> [width, 3].
void composite_grey(std::span<const std::uint8_t> pixels, const Colour& background,
                    std::vector<std::uint8_t>& out) {
  for (std::size_t x = 0; x < pixels.size() / 2; ++x) {
    for (std::size_t c = 0; c < 3; ++c) {
      out[x * 3 + c] = over(pixels[2 * x], pixels[2 * x + 1], background[c]);
    }
  }
}

void to_rgb(std::span<const std::uint8_t> inverted_cmyk, std::vector<std::uint8_t>& out) {
  for (std::size_t x = 0; x < inverted_cmyk.size() / 4; ++x) {
    const auto pixel = inverted_cmyk.subspan(4 * x, 4);
    for (std::size_t c = 0; c < 3; ++c) {
      const std::uint32_t light = pixel[3];  // 255 - K
      const std::uint32_t ink = product_of_fractions(255U - pixel[c], light);
      out[3 * x + c] = static_cast<std::uint8_t>(light - std::min(ink, light));
    }
  }
}

void to_grey(std::span<const std::uint8_t> rgb, std::vector<std::uint8_t>& out) {
  for (std::size_t x = 0; x < out.size(); ++x) {
    out[x] = grey_of(rgb[3 * x], rgb[3 * x + 1], rgb[3 * x + 2]);
  }
}

void repeat_grey(std::span<const std::uint8_t> grey, std::vector<std::uint8_t>& out) {
  for (std::size_t x = 0; x < grey.size(); ++x) {
    std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(3 * x), 3, grey[x]);
  }
}

}  // namespace

std::uint8_t grey_of(std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
  return static_cast<std::uint8_t>((red * 19595U + green * 38470U + blue * 7471U + 0x8000U) >> 16U);
}

void PictureSink::start(std::int64_t height, std::int64_t width, std::int64_t channels) {
  picture_ = {height, width, channels, {}};
  // Not touched before the rows arrive: a header alone costs no memory.
  picture_.pixels.reserve(static_cast<std::size_t>(height * width * channels));
}

void PictureSink::row(std::span<const std::uint8_t> pixels) {
  picture_.pixels.insert(picture_.pixels.end(), pixels.begin(), pixels.end());
}

void feed(const Picture& picture, RowSink& sink) {
  sink.start(picture.height, picture.width, picture.channels);
  const auto row_bytes = static_cast<std::size_t>(picture.width * picture.channels);
  for (std::size_t y = 0; y < static_cast<std::size_t>(picture.height); ++y) {
    sink.row({picture.pixels.data() + y * row_bytes, row_bytes});
  }
}

std::int64_t channels_of(PixelKind kind) {
  switch (kind) {
    case PixelKind::kGrey:
      return 1;
    case PixelKind::kGreyAlpha:
      return 2;
    case PixelKind::kRgb:
      return 3;
    case PixelKind::kRgba:
    case PixelKind::kInvertedCmyk:
      return 4;
  }
  return 0;
}

RowConverter::RowConverter(const DecodeOptions& options, RowSink& sink)
    : options_(options), sink_(sink) {
  if (options.channels != 1 && options.channels != 3) {
    throw std::invalid_argument(
        fmt::format("pictures have 1 or 3 channels; got {}", options.channels));
  }
}

void RowConverter::check(std::int64_t height, std::int64_t width) const {
  check_size(height, width, options_.max_pixels);
}

void RowConverter::start(std::int64_t height, std::int64_t width, PixelKind kind) {
  check(height, width);
  kind_ = kind;
  colours_.resize(static_cast<std::size_t>(width) * 3);
  converted_.resize(static_cast<std::size_t>(width * options_.channels));
  sink_.start(height, width, options_.channels);
}

void RowConverter::row(std::span<const std::uint8_t> pixels) {
  const bool to_colour = options_.channels == 3;
  std::span<const std::uint8_t> rgb = colours_;
  switch (kind_) {
    case PixelKind::kGrey:
      if (!to_colour) {
        return sink_.row(pixels);
      }
      repeat_grey(pixels, converted_);
      return sink_.row(converted_);
    case PixelKind::kGreyAlpha:
      composite_grey(pixels, options_.background, colours_);
      break;
    case PixelKind::kRgb:
      rgb = pixels;
      break;
    case PixelKind::kRgba:
      composite(pixels, options_.background, colours_);
      break;
    case PixelKind::kInvertedCmyk:
      to_rgb(pixels, colours_);
      break;
  }
  if (to_colour) {
    return sink_.row(rgb);
  }
  to_grey(rgb, converted_);
  sink_.row(converted_);
}

}  // namespace firesweep::runners::pictures
