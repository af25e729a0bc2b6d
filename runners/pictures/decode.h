// Picture files in memory to pixels: JPEG, PNG, WebP and GIF, recognised by their first bytes.
//
// The pixels are those of Pillow 9.4 on the same libraries, to the bit: convert("RGB") or
// convert("L") of an opaque picture; of one with alpha or a transparent colour that of
// Image.alpha_composite over the background, before anything else.
//   grey      L = (19595 R + 38470 G + 7471 B + 32768) >> 16, also of colour JPEGs
//   CMYK      of JPEGs: inverted as Adobe's programs write it, then R = (255 - C) (255 - K) / 255
//   16 bits   the high byte
//   GIF       the first frame; what it leaves free has colour 0, or is transparent if the frame has
//             a transparent colour
//   palettes  colours that a file lacks are greys: colour i is (i, i, i)
//   WebP      the first frame of an animation, on its canvas
// Where Pillow 9.4 differs: it clips 16-bit grey PNGs at 255 instead of taking the high byte, and
// it compares a PNG's transparent colour of 1, 2, 4 or 16 bits with pixels already scaled to 8.
// Colour profiles and gamma are ignored, as Pillow does.
//
// Stricter than Pillow: corrupt data that libjpeg reports only as a warning, a missing end marker
// and wrong checksums are errors. Bytes after the end of a picture are ignored.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "runners/pictures/framing.h"
#include "runners/pictures/picture.h"

namespace firesweep::runners::pictures {

/// Of EXIF, as a camera notes how it was held.
enum class Orientation { kIgnore, kApply };

struct DecodeOptions {
  std::int64_t channels = 3;   // 1 or 3
  Colour background = kWhite;  // behind transparent pixels
  Orientation orientation = Orientation::kIgnore;
  std::int64_t max_pixels = kMaxPixels;  // larger pictures are rejected, before memory is taken
};

/// Throws Error with the reason, without a path: another format, truncated or corrupt data, a
/// picture beyond the limits of picture.h.
[[nodiscard]] Picture decode(std::span<const std::uint8_t> file, const DecodeOptions& options = {});

/// framed(decode(file, options), framing, options.background), to the bit, without holding the
/// whole picture where the format allows it.
[[nodiscard]] Picture decode_framed(std::span<const std::uint8_t> file,
                                    const DecodeOptions& options, const Framing& framing);

}  // namespace firesweep::runners::pictures
