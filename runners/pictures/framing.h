// How a picture of any size becomes one of a given size.
#pragma once

#include <array>
#include <cstdint>

#include "runners/pictures/picture.h"
#include "runners/pictures/resize.h"

namespace firesweep::runners::pictures {

using Colour = std::array<std::uint8_t, 3>;  // red, green, blue
inline constexpr Colour kWhite{255, 255, 255};

enum class FramingMode {
  kCrop,     // covers the size, then the centre: torchvision's Resize(size) and CenterCrop(size)
  kStretch,  // exactly the size, whatever the aspect ratio
  kFit,      // within the size, the rest is background: Pillow's ImageOps.pad
};

struct Framing {
  FramingMode mode = FramingMode::kCrop;
  std::int64_t height = 0;
  std::int64_t width = 0;
  Filter filter = Filter::kBilinear;
};

/// A picture of framing.height x framing.width. Of a grey picture the background is the colour's
/// grey. Throws Error unless the size is at least 1x1 and within the limits of picture.h.
[[nodiscard]] Picture framed(const Picture& picture, const Framing& framing,
                             const Colour& background = kWhite);

}  // namespace firesweep::runners::pictures
