// Loops over the pixels of one image, vectorised. All arithmetic is on integers, so results are the
// same on every processor. Planes of one image do not overlap; `count` is the number of pixels of a
// plane.
#pragma once

#include <cstdint>

namespace firesweep::runners::batches {

/// Fractions in integers: 1 is 65,536. Products are rounded to the nearest, halves up.
inline constexpr int kFixedBits = 16;
inline constexpr std::int32_t kFixedOne = 1 << kFixedBits;

struct PixelSums {
  std::uint64_t sum = 0;
  std::uint64_t squares = 0;
};

[[nodiscard]] PixelSums sum_pixels(const std::uint8_t* pixels, std::int64_t count);

/// The sum of all pixels' luma, each rounded: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601).
[[nodiscard]] std::uint64_t sum_luma(const std::uint8_t* red, const std::uint8_t* green,
                                     const std::uint8_t* blue, std::int64_t count);

/// pixel = scale * pixel + shift, both in 1/65536, clamped to 0 to 255. `scale` from 0 to 16.
void scale_pixels(std::uint8_t* pixels, std::int64_t count, std::int32_t scale, std::int32_t shift);

/// pixel = scale * pixel + (1 - scale) * luma of the pixel, clamped; `scale` in 1/65536, from 0 to
/// 16.
void scale_colors(std::uint8_t* red, std::uint8_t* green, std::uint8_t* blue, std::int64_t count,
                  std::int32_t scale);

/// Turns the hue of each pixel in the hexagon of HSV, which keeps its largest and its smallest
/// channel. `turn` in 1/65536 of a sixth of a full turn, from 0 to 6 sixths.
void turn_hue(std::uint8_t* red, std::uint8_t* green, std::uint8_t* blue, std::int64_t count,
              std::int32_t turn);

/// to[i] = from[count - 1 - i].
void copy_reversed(const std::uint8_t* from, std::int64_t count, std::uint8_t* to);

/// The row between two rows, `weight` / 256 of the way to `below`, with each value's right
/// neighbour: pairs[i] = row[i] + 65536 * row[i + 1], row[count] being row[count - 1]. Values are
/// 256 times a pixel. `row` is scratch memory of count + 1 numbers.
void blend_rows(const std::uint8_t* above, const std::uint8_t* below, std::int32_t weight,
                std::int64_t count, std::int32_t* row, std::int32_t* pairs);

/// pixels[i] = the value weights[i] / 256 of the way from the left to the right number of
/// pairs[places[i]], in pixels.
void sample_row(const std::int32_t* pairs, const std::int32_t* places, const std::int32_t* weights,
                std::int64_t count, std::uint8_t* pixels);

}  // namespace firesweep::runners::batches
