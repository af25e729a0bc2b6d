// 3x3 convolutions in fewer multiplications: Winograd convolution F(2x2, 3x3) (A. Lavin and S.
// Gray, Fast Algorithms for Convolutional Neural Networks, 2016, section 4.1). A tile of 2x2
// outputs follows from 4x4 inputs d and a kernel g as
//     A^T [(G g G^T) * (B^T d B)] A,  * multiplies element by element,
//     B^T = 1  0 -1  0    G = 1    0   0      A^T = 1  1  1  0
//           0  1  1  0        1/2  1/2 1/2          0  1 -1  1
//           0 -1  1  0        1/2 -1/2 1/2
//           0 -1  0  1        0    0   1
// so a pair of channels takes 16 products instead of 36. For each of the 16 transform-domain
// elements the sum over channels is a 1x1 convolution whose "pixels" are the tiles. B^T's last row
// and A^T's last column have the other sign than in the paper: fewer negations.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "runners/engine/direct/convolve.h"

namespace firesweep::runners::engine {

/// Transform-domain elements of a tile: 4 x 4.
inline constexpr std::int64_t kWinogradElements = 16;

/// Whether a convolution of such images is faster that way: tiles reach beyond the border, where
/// direct convolutions compute nothing.
[[nodiscard]] constexpr bool winograd_pays(std::int64_t height, std::int64_t width) {
  const std::int64_t inside = (3 * height - 2) * (3 * width - 2);
  const std::int64_t products = kWinogradElements * ((height + 1) / 2) * ((width + 1) / 2);
  return 4 * inside >= 5 * products;
}

/// How images are divided into tiles: rows of tiles, of all images one below the other, and bands
/// of rows that are processed together.
struct WinogradGrid {
  /// `tiles`: of a band, or one row.
  constexpr WinogradGrid(const ImageExtent& extent, std::int64_t tiles)
      : across((extent.width + 1) / 2),
        down((extent.height + 1) / 2),
        rows(extent.images * down),
        rows_of_band(std::max<std::int64_t>(1, tiles / across)) {}

  [[nodiscard]] constexpr std::int64_t bands() const {
    return (rows + rows_of_band - 1) / rows_of_band;
  }
  /// Of band 0, 1, ..., bands().
  [[nodiscard]] constexpr std::int64_t first_row(std::int64_t band) const {
    return rows * band / bands();
  }
  [[nodiscard]] constexpr std::int64_t tiles_of_band() const { return rows_of_band * across; }

  std::int64_t across;
  std::int64_t down;
  std::int64_t rows;
  std::int64_t rows_of_band;
};

/// Floats of scratch memory for convolutions of `in_channels` to any number of channels, and for
/// gradients of their weights.
[[nodiscard]] std::int64_t winograd_scratch(const ImageExtent& extent, std::int64_t in_channels);
[[nodiscard]] std::int64_t winograd_gradient_scratch(const ImageExtent& extent,
                                                     std::int64_t in_channels);

/// Floats of a convolution's transformed weights.
[[nodiscard]] constexpr std::int64_t winograd_size(const PlainWeights& weights) {
  return kWinogradElements * weights.out_channels * weights.in_channels;
}

/// weights [K, 3 * 3, C] -> [16, K, C]: G g G^T.
void transform_weights(const PlainWeights& weights, float* transformed);
/// gradient [16, K, C] -> that of the weights, [K, 3 * 3, C].
void transform_gradient_back(const float* gradient, const PlainWeights& shape, float* weights);

/// Packs the output of transform_weights() for convolve() with a transformed term.
void pack_transformed(const PlainWeights& shape, const float* transformed, float* packed);
/// For the backward pass, from K to C channels.
void pack_transformed_backward(const PlainWeights& shape, const float* transformed, float* packed);

/// convolve() for terms of which the last is transformed.
template <typename T>
void convolve_transformed(std::span<const ConvolutionTerm> terms, const ImageExtent& extent,
                          const ConvolutionOutput<T>& output, float* scratch);

/// gradient [16, K, C] += that of the transformed weights. `scratch`: winograd_gradient_scratch().
void add_transformed_gradient(const BlockedTensor& output_gradient, const BlockedTensor& input,
                              const ImageExtent& extent, float* scratch, float* gradient);

}  // namespace firesweep::runners::engine
