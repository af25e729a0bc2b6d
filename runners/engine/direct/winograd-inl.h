// The transforms of Winograd's minimal filtering, a vector of channels at a time.
#include <array>
#include <cstddef>
#include <cstdint>

#include <hwy/highway.h>

#include "runners/engine/direct/tile_sums-inl.h"
#include "runners/engine/direct/winograd.h"

#if defined(FIRESWEEP_MODELS_ENGINE_DIRECT_WINOGRAD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIRESWEEP_MODELS_ENGINE_DIRECT_WINOGRAD_INL_H_
#undef FIRESWEEP_MODELS_ENGINE_DIRECT_WINOGRAD_INL_H_
#else
#define FIRESWEEP_MODELS_ENGINE_DIRECT_WINOGRAD_INL_H_
#endif

#if FIRESWEEP_HAS_TILES
HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {

/// Places of a tile along one side, pixels that a tile gives.
inline constexpr int kSide = 4;
inline constexpr int kTilePixels = 2;

/// Floats of a tile's places of one panel, [16, 16]: a place after the other, so that what is made
/// of a tile lies in one piece.
inline constexpr int kTileSize = kSide * kSide * static_cast<int>(kChannelMultiple);

using Four = PanelVector[kSide];

/// B^T d.
HWY_INLINE void input_places(PanelVector d0, PanelVector d1, PanelVector d2, PanelVector d3,
                             Four& places) {
  places[0] = hn::Sub(d0, d2);
  places[1] = hn::Add(d1, d2);
  places[2] = hn::Sub(d2, d1);
  places[3] = hn::Sub(d3, d1);
}

/// A^T m.
HWY_INLINE void output_pixels(PanelVector m0, PanelVector m1, PanelVector m2, PanelVector m3,
                              PanelVector (&pixels)[kTilePixels]) {
  pixels[0] = hn::Add(hn::Add(m0, m1), m2);
  pixels[1] = hn::Add(hn::Sub(m1, m2), m3);
}

/// A y.
HWY_INLINE void gradient_places(PanelVector y0, PanelVector y1, Four& places) {
  places[0] = y0;
  places[1] = hn::Add(y0, y1);
  places[2] = hn::Sub(y0, y1);
  places[3] = y1;
}

/// Some rows of one panel of an image; zeros where a row lies beyond the border.
template <int kRows>
struct RowsOfPanel {
  RowsOfPanel(const float* panel, const ImageExtent& extent_, std::int64_t image,
              std::int64_t first)
      : width(extent_.width) {
    alignas(64) static constexpr std::array<float, kChannelMultiple> kZeros{};
    for (int i = 0; i < kRows; ++i) {
      const std::int64_t y = first + i;
      const bool inside = y >= 0 && y < extent_.height;
      rows[i] = inside ? panel + (image * extent_.height + y) * extent_.width * kChannelMultiple
                       : kZeros.data();
      steps[i] = inside ? kChannelMultiple : 0;
    }
  }

  HWY_INLINE void load_column(std::int64_t x, PanelVector (&column)[kRows]) const {
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

/// B^T d B of a row of tiles of one panel, kTileSize floats each.
HWY_INLINE void transform_input_row(const float* panel, const ImageExtent& extent,
                                    std::int64_t image, std::int64_t row, float* HWY_RESTRICT to) {
  const hn::FixedTag<float, kChannelMultiple> d;
  const RowsOfPanel<kSide> rows(panel, extent, image, kTilePixels * row - 1);
  const auto column = [&](std::int64_t x, Four& places) HWY_ATTR {
    Four pixels;
    rows.load_column(x, pixels);
    input_places(pixels[0], pixels[1], pixels[2], pixels[3], places);
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
      Four places;
      input_places(c0[i], c1[i], c2[i], c3[i], places);
      HWY_UNROLL(4)
      for (int j = 0; j < kSide; ++j) {
        hn::StoreU(places[j], d, to + (i * kSide + j) * kChannelMultiple);
      }
      c0[i] = c2[i];
      c1[i] = c3[i];
    }
  }
}

/// Row kPlace of A dY A^T of a row of tiles of one panel of the output's gradient dY: [tiles, 4,
/// 16].
template <int kPlace>
HWY_INLINE void transform_gradient_row(const float* panel, const ImageExtent& extent,
                                       std::int64_t image, std::int64_t row,
                                       float* HWY_RESTRICT to) {
  const hn::FixedTag<float, kChannelMultiple> d;
  const RowsOfPanel<kTilePixels> rows(panel, extent, image, kTilePixels * row);
  const auto column = [&](std::int64_t x) HWY_ATTR {
    PanelVector pixels[kTilePixels];
    rows.load_column(x, pixels);
    Four places;
    gradient_places(pixels[0], pixels[1], places);
    return places[kPlace];
  };
  for (std::int64_t x = 0; x < extent.width; x += kTilePixels, to += kSide * kChannelMultiple) {
    Four places;
    gradient_places(column(x), column(x + 1), places);
    HWY_UNROLL(4)
    for (int j = 0; j < kSide; ++j) {
      hn::StoreU(places[j], d, to + j * kChannelMultiple);
    }
  }
}

/// A^T m A of a tile.
HWY_INLINE void transform_output(const float* HWY_RESTRICT sums,
                                 PanelVector (&pixels)[kTilePixels][kTilePixels]) {
  const hn::FixedTag<float, kChannelMultiple> d;
  PanelVector columns[kSide][kTilePixels];
  HWY_UNROLL(4)
  for (int j = 0; j < kSide; ++j) {
    const auto place = [&](int i) HWY_ATTR {
      return hn::LoadU(d, sums + (i * kSide + j) * kChannelMultiple);
    };
    output_pixels(place(0), place(1), place(2), place(3), columns[j]);
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

/// All panels of a band's inputs: [C / 16, tiles of a band, 16, 16].
HWY_INLINE void transform_inputs(const Panels& input, const ImageExtent& extent,
                                 const WinogradGrid& grid, std::int64_t band, float* to) {
  for (std::int64_t channel = 0; channel < input.channels; channel += kChannelMultiple) {
    for_each_row(grid, band, [&](std::int64_t image, std::int64_t row, std::int64_t tile) HWY_ATTR {
      transform_input_row(input.panel(channel), extent, image, row, to + tile * kTileSize);
    });
    to += grid.tiles_of_band() * kTileSize;
  }
}

}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // FIRESWEEP_HAS_TILES

#endif  // FIRESWEEP_MODELS_ENGINE_DIRECT_WINOGRAD_INL_H_
