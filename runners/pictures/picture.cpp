#include "runners/pictures/picture.h"

#include <stdexcept>

#include <fmt/format.h>

#include "base/error.h"

namespace firesweep::runners::pictures {

void to_planes(const Picture& picture, std::span<std::uint8_t> out) {
  if (out.size() != picture.pixels.size()) {
    throw std::invalid_argument(fmt::format("to_planes: room for {} values; expected {}",
                                            out.size(), picture.pixels.size()));
  }
  const auto channels = static_cast<std::size_t>(picture.channels);
  const std::size_t plane = channels == 0 ? 0 : out.size() / channels;
  for (std::size_t channel = 0; channel < channels; ++channel) {
    for (std::size_t i = 0; i < plane; ++i) {
      out[channel * plane + i] = picture.pixels[i * channels + channel];
    }
  }
}

void check_size(std::int64_t height, std::int64_t width, std::int64_t max_pixels) {
  if (height < 1 || width < 1 || height > kMaxSide || width > kMaxSide ||
      height * width > max_pixels) {
    throw Error(fmt::format(
        "a picture of {}x{} pixels (width x height); expected 1 to {} a side and at most "
        "{} in all",
        width, height, kMaxSide, max_pixels));
  }
}

}  // namespace firesweep::runners::pictures
