// The orientation in EXIF data, and what it means for pixels.
#pragma once

#include <cstdint>
#include <span>

#include "runners/pictures/picture.h"

namespace firesweep::runners::pictures {

/// The orientation (TIFF tag 0x0112) in the first directory of EXIF data, with or without the
/// prefix "Exif\0\0". 1, upright, if it is absent or the data are damaged: EXIF 2.3, section 4.6.
[[nodiscard]] int exif_orientation(std::span<const std::uint8_t> exif);

/// The picture upright, for orientations 1 to 8.
[[nodiscard]] Picture upright(const Picture& picture, int orientation);

}  // namespace firesweep::runners::pictures
