// The transforms of Winograd convolution, a vector of channels at a time.
#include <array>
#include <cstddef>
#include <cstdint>

#include <hwy/highway.h>

#include "runners/engine/direct/tile_sums-inl.h"
#include "runners/engine/direct/winograd.h"

#if defined(FIRESWEEP_ENGINE_DIRECT_WINOGRAD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIRESWEEP_ENGINE_DIRECT_WINOGRAD_INL_H_
#undef FIRESWEEP_ENGINE_DIRECT_WINOGRAD_INL_H_
#else
#define FIRESWEEP_ENGINE_DIRECT_WINOGRAD_INL_H_
#endif

#if FIRESWEEP_HAS_TILES
HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {

/// Transform-domain elements along one side of a tile, and output pixels.
inline constexpr int kSide = 4;
inline constexpr int kTilePixels = 2;

/// Floats of a tile's transform-domain elements of one block of channels, [16, 16].
inline constexpr int kTileSize = kSide * kSide * static_cast<int>(kChannelMultiple);

using Four = BlockVector[kSide];

/// B^T d.
HWY_INLINE void input_elements(BlockVector d0, BlockVector d1, BlockVector d2, BlockVector d3,
                               Four& elements) {
  elements[0] = hn::Sub(d0, d2);
  elements[1] = hn::Add(d1, d2);
  elements[2] = hn::Sub(d2, d1);
  elements[3] = hn::Sub(d3, d1);
}

/// A^T m.
HWY_INLINE void output_pixels(BlockVector m0, BlockVector m1, BlockVector m2, BlockVector m3,
                              BlockVector (&pixels)[kTilePixels]) {
  pixels[0] = hn::Add(hn::Add(m0, m1), m2);
  pixels[1] = hn::Add(hn::Sub(m1, m2), m3);
}

/// A y.
HWY_INLINE void gradient_elements(BlockVector y0, BlockVector y1, Four& elements) {
  elements[0] = y0;
  elements[1] = hn::Add(y0, y1);
  elements[2] = hn::Sub(y0, y1);
  elements[3] = y1;
}

/// Some rows of one block of an image; zeros where a row is beyond the border.
template <int kRows>
struct RowsOfBlock {
  RowsOfBlock(const float* block, const ImageExtent& extent_, std::int64_t image,
              std::int64_t first)
      : width(extent_.width) {
    alignas(64) static constexpr std::array<float, kChannelMultiple> kZeros{};
    for (int i = 0; i < kRows; ++i) {
      const std::int64_t y = first + i;
      const bool inside = y >= 0 && y < extent_.height;
      rows[i] = inside ? block + (image * extent_.height + y) * extent_.width * kChannelMultiple
                       : kZeros.data();
      steps[i] = inside ? kChannelMultiple : 0;
    }
  }

  HWY_INLINE void load_column(std::int64_t x, BlockVector (&column)[kRows]) const {
    const hn::FixedTag<float, kChannelMultiple> d;
    const bool inside = x < width;
    HWY_UNROLL(4)
    for (int i = 0; i < kRows; ++i) {
      column[i] = inside ? hn::LoadU(d, rows[i] + x * steps[i]) : hn::Zero(d);
    }
  }

  const float* rows[kRows];
  std::int64_t steps[kRows];
  std::int64_t width;
};

/// B^T d B of a row of tiles of one block, kTileSize floats each.
HWY_INLINE void transform_input_row(const float* block, const ImageExtent& extent,
                                    std::int64_t image, std::int64_t row, float* HWY_RESTRICT to) {
  const hn::FixedTag<float, kChannelMultiple> d;
  const RowsOfBlock<kSide> rows(block, extent, image, kTilePixels * row - 1);
  const auto column = [&](std::int64_t x, Four& elements) HWY_ATTR {
    Four pixels;
    rows.load_column(x, pixels);
    input_elements(pixels[0], pixels[1], pixels[2], pixels[3], elements);
  };
  Four c0;
  Four c1;
  Four c2;
  Four c3;
  HWY_UNROLL(4)
  for (int i = 0; i < kSide; ++i) {
    c0[i] = hn::Zero(d);
  }
  column(0, c1);
  for (std::int64_t x = 0; x < extent.width; x += kTilePixels, to += kTileSize) {
    column(x + 1, c2);
    column(x + 2, c3);
    HWY_UNROLL(4)
    for (int i = 0; i < kSide; ++i) {
      Four elements;
      input_elements(c0[i], c1[i], c2[i], c3[i], elements);
      HWY_UNROLL(4)
      for (int j = 0; j < kSide; ++j) {
        hn::StoreU(elements[j], d, to + (i * kSide + j) * kChannelMultiple);
      }
      c0[i] = c2[i];
      c1[i] = c3[i];
    }
  }
}

/// Row kRow of A dY A^T of a row of tiles of one block of the output's gradient dY: [tiles, 4,
/// 16].
template <int kRow>
HWY_INLINE void transform_gradient_row(const float* block, const ImageExtent& extent,
                                       std::int64_t image, std::int64_t row,
                                       float* HWY_RESTRICT to) {
  const hn::FixedTag<float, kChannelMultiple> d;
  const RowsOfBlock<kTilePixels> rows(block, extent, image, kTilePixels * row);
  const auto column = [&](std::int64_t x) HWY_ATTR {
    BlockVector pixels[kTilePixels];
    rows.load_column(x, pixels);
    Four elements;
    gradient_elements(pixels[0], pixels[1], elements);
    return elements[kRow];
  };
  for (std::int64_t x = 0; x < extent.width; x += kTilePixels, to += kSide * kChannelMultiple) {
    Four elements;
    gradient_elements(column(x), column(x + 1), elements);
    HWY_UNROLL(4)
    for (int j = 0; j < kSide; ++j) {
      hn::StoreU(elements[j], d, to + j * kChannelMultiple);
    }
  }
}

/// A^T m A of a tile.
HWY_INLINE void transform_output(const float* HWY_RESTRICT sums,
                                 BlockVector (&pixels)[kTilePixels][kTilePixels]) {
  const hn::FixedTag<float, kChannelMultiple> d;
  BlockVector columns[kSide][kTilePixels];
  HWY_UNROLL(4)
  for (int j = 0; j < kSide; ++j) {
    const auto element = [&](int i) HWY_ATTR {
      return hn::LoadU(d, sums + (i * kSide + j) * kChannelMultiple);
    };
    output_pixels(element(0), element(1), element(2), element(3), columns[j]);
  }
  HWY_UNROLL(2)
  for (int y = 0; y < kTilePixels; ++y) {
    output_pixels(columns[0][y], columns[1][y], columns[2][y], columns[3][y], pixels[y]);
  }
}

/// Calls work(image, row of the image, first tile) for the rows of tiles of a band.
template <typename Work>
HWY_INLINE void for_each_row(const WinogradGrid& grid, std::int64_t band, const Work& work) {
  const std::int64_t first = grid.first_row(band);
  for (std::int64_t row = first; row < grid.first_row(band + 1); ++row) {
    work(row / grid.down, row % grid.down, (row - first) * grid.across);
  }
}

/// All blocks of a band's inputs: [C / 16, tiles of a band, 16, 16].
HWY_INLINE void transform_inputs(const BlockedTensor& input, const ImageExtent& extent,
                                 const WinogradGrid& grid, std::int64_t band, float* to) {
  for (std::int64_t channel = 0; channel < input.channels; channel += kChannelMultiple) {
    for_each_row(grid, band, [&](std::int64_t image, std::int64_t row, std::int64_t tile) HWY_ATTR {
      transform_input_row(input.block(channel), extent, image, row, to + tile * kTileSize);
    });
    to += grid.tiles_of_band() * kTileSize;
  }
}

}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // FIRESWEEP_HAS_TILES

#endif  // FIRESWEEP_ENGINE_DIRECT_WINOGRAD_INL_H_
