#include "runners/pictures/framing.h"

#include <algorithm>
#include <cmath>

#include "runners/pictures/framer.h"

namespace firesweep::runners::pictures {
namespace {

/// The first of `count` values in the middle of `size`: Python's round((size - count) / 2).
std::int64_t middle(std::int64_t size, std::int64_t count) {
  return static_cast<std::int64_t>(std::nearbyint(static_cast<double>(size - count) / 2.0));
}

/// torchvision.transforms.functional: resize with one number, then center_crop.
Resampling crop(std::int64_t height, std::int64_t width, const Framing& framing) {
  Resampling out;
  const bool width_decides = framing.width * height >= framing.height * width;
  out.width = width_decides ? framing.width : framing.height * width / height;
  out.height = width_decides ? framing.width * height / width : framing.height;
  out.rows = {middle(out.height, framing.height), framing.height};
  out.columns = {middle(out.width, framing.width), framing.width};
  return out;
}

/// Pillow's ImageOps.contain, without its empty pictures.
Resampling fit(std::int64_t height, std::int64_t width, const Framing& framing) {
  const double ratio = static_cast<double>(width) / static_cast<double>(height);
  const double wanted = static_cast<double>(framing.width) / static_cast<double>(framing.height);
  Resampling out;
  out.height = framing.height;
  out.width = framing.width;
  if (ratio > wanted) {
    const double inverse = static_cast<double>(height) / static_cast<double>(width);
    out.height =
        static_cast<std::int64_t>(std::nearbyint(inverse * static_cast<double>(framing.width)));
  } else if (ratio < wanted) {
    out.width =
        static_cast<std::int64_t>(std::nearbyint(ratio * static_cast<double>(framing.height)));
  }
  out.height = std::clamp<std::int64_t>(out.height, 1, framing.height);
  out.width = std::clamp<std::int64_t>(out.width, 1, framing.width);
  out.rows = {0, out.height};
  out.columns = {0, out.width};
  return out;
}

Resampling resampling_for(std::int64_t height, std::int64_t width, const Framing& framing) {
  Resampling out{framing.height, framing.width, {0, framing.height}, {0, framing.width}, {}, {}};
  if (framing.mode == FramingMode::kCrop) {
    out = crop(height, width, framing);
  } else if (framing.mode == FramingMode::kFit) {
    out = fit(height, width, framing);
  }
  out.box = {0, 0, static_cast<float>(width), static_cast<float>(height)};
  out.filter = framing.filter;
  return out;
}

}  // namespace

Framer::Framer(const Framing& framing, const Colour& background)
    : framing_(framing), background_(background) {
  check_size(framing.height, framing.width);
}

void Framer::start(std::int64_t height, std::int64_t width, std::int64_t channels) {
  resampler_.emplace(resampling_for(height, width, framing_), height, width, channels);
}

void Framer::row(std::span<const std::uint8_t> pixels) {
  resampler_->row(pixels);
}

Picture Framer::finish() {
  Picture content = resampler_->finish();
  if (content.height == framing_.height && content.width == framing_.width) {
    return content;
  }
  const std::int64_t channels = content.channels;
  Picture out{framing_.height, framing_.width, channels, {}};
  const Colour& colour = background_;
  const std::uint8_t grey = grey_of(colour[0], colour[1], colour[2]);
  out.pixels.resize(static_cast<std::size_t>(out.height * out.width * channels));
  for (std::size_t i = 0; i < out.pixels.size(); ++i) {
    out.pixels[i] = channels == 1 ? grey : colour[i % 3];
  }
  const std::int64_t top = middle(out.height, content.height);
  const std::int64_t left = middle(out.width, content.width);
  for (std::int64_t y = 0; y < content.height; ++y) {
    std::copy_n(content.pixels.begin() + y * content.width * channels, content.width * channels,
                out.pixels.begin() + ((top + y) * out.width + left) * channels);
  }
  return out;
}

Picture framed(const Picture& picture, const Framing& framing, const Colour& background) {
  check_size(picture.height, picture.width);
  Framer framer(framing, background);
  feed(picture, framer);
  return framer.finish();
}

}  // namespace firesweep::runners::pictures
