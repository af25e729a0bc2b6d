// Pillow's resize of 8-bit channels, to the bit.
//
// Algorithm: Pillow 9.4, src/libImaging/Resample.c (precompute_coeffs, normalize_coeffs_8bpc and
// the two 8-bit passes). A filter's support grows with the scale, so that shrinking averages over
// all pixels (antialiasing). Weights are normalised in double precision and rounded to 22
// fractional bits. Rows are resized first and rounded to 8 bits, then columns.
#pragma once

#include <cstdint>

#include "runners/pictures/picture.h"

namespace firesweep::runners::pictures {

enum class Filter {
  kBilinear,  // triangle, support 1
  kBicubic,   // Keys's cubic convolution with a = -1/2, support 2
};

/// A part of a picture in pixels, not necessarily whole ones. Single precision as in Pillow.
struct Box {
  float left = 0;
  float top = 0;
  float right = 0;
  float bottom = 0;
};

/// Throws Error unless 1 <= height, width and the size is within the limits of picture.h.
[[nodiscard]] Picture resized(const Picture& picture, std::int64_t height, std::int64_t width,
                              Filter filter);

/// The pixels of `box` only, with its neighbours as context of the filter. Throws Error if the box
/// is empty or not within the picture.
[[nodiscard]] Picture resized(const Picture& picture, std::int64_t height, std::int64_t width,
                              Filter filter, const Box& box);

}  // namespace firesweep::runners::pictures
