#include "runners/engine/direct/winograd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/engine/direct/winograd_gradient.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runners/engine/direct/tile_sums-inl.h"
#include "runners/engine/direct/winograd-inl.h"

#ifndef FIRESWEEP_MODELS_ENGINE_DIRECT_WINOGRAD_GRADIENT_ONCE
#define FIRESWEEP_MODELS_ENGINE_DIRECT_WINOGRAD_GRADIENT_ONCE
namespace firesweep::runners::engine {
using AddTransformedGradient = decltype(&add_transformed_gradient);

/// Enough for sums of gradients to be worth loading.
constexpr std::int64_t kTilesOfGradientBand = 64;
}  // namespace firesweep::runners::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

#if FIRESWEEP_HAS_TILES

/// gradient[row][panel] += sum over tiles of rows[tile][row] * columns[tile][panel].
template <int kRows, int kPanels>
void add_products(const float* rows, const float* columns, std::int64_t panel_size,
                  std::int64_t tiles, float* gradient, std::int64_t stride) {
  PanelVector sums[kRows * kPanels];
  load_sums<kRows, kPanels>(gradient, stride, sums);
  add_outer_products<kRows, kPanels, kSide * kChannelMultiple, kTileSize>(rows, columns, panel_size,
                                                                          tiles, sums);
  store_sums<kRows, kPanels>(sums, gradient, stride);
}

/// One place, one panel of output channels: gradient [16, channels].
void add_place(const float* rows, const float* columns, std::int64_t panel_size, std::int64_t tiles,
               std::int64_t channels, float* gradient) {
  constexpr int kRows = kChannelMultiple / 2;
  constexpr std::int64_t kPair = 2 * kChannelMultiple;
  std::int64_t channel = 0;
  for (; channel + kPair <= channels; channel += kPair, columns += 2 * panel_size) {
    float* const to = gradient + channel;
    add_products<kRows, 2>(rows, columns, panel_size, tiles, to, channels);
    add_products<kRows, 2>(rows + kRows, columns, panel_size, tiles, to + kRows * channels,
                           channels);
  }
  if (channel < channels) {
    add_products<kChannelMultiple, 1>(rows, columns, panel_size, tiles, gradient + channel,
                                      channels);
  }
}

/// A band's part of the gradient of one panel of output channels, four places at a time.
struct GradientBand {
  const WinogradGrid& grid;
  std::int64_t number;
  const ImageExtent& extent;
  const float* output_gradient;  // the panel
  const float* inputs;           // transformed
  std::int64_t in_channels;
  float* rows;              // scratch: [tiles, 4, 16]
  float* gradient;          // of the panel
  std::int64_t place_size;  // from one place of the gradient to the next
};

template <int kPlace>
void add_row_of_places(const GradientBand& band) {
  const WinogradGrid& grid = band.grid;
  for_each_row(grid, band.number,
               [&](std::int64_t image, std::int64_t row, std::int64_t tile) HWY_ATTR {
                 transform_gradient_row<kPlace>(band.output_gradient, band.extent, image, row,
                                                band.rows + tile * kSide * kChannelMultiple);
               });
  const std::int64_t tiles =
      (grid.first_row(band.number + 1) - grid.first_row(band.number)) * grid.across;
  for (int j = 0; j < kSide; ++j) {
    const int place = kPlace * kSide + j;
    add_place(band.rows + j * kChannelMultiple, band.inputs + place * kChannelMultiple,
              grid.tiles_of_band() * kTileSize, tiles, band.in_channels,
              band.gradient + place * band.place_size);
  }
}

void add_gradient(const Panels& output_gradient, const Panels& input, const ImageExtent& extent,
                  float* scratch, float* gradient) {
  const WinogradGrid grid(extent, kTilesOfGradientBand);
  float* const rows = scratch + input.channels * grid.tiles_of_band() * kSide * kSide;
  for (std::int64_t band = 0; band < grid.bands(); ++band) {
    transform_inputs(input, extent, grid, band, scratch);
    for (std::int64_t out = 0; out < output_gradient.channels; out += kChannelMultiple) {
      const GradientBand of_panel{.grid = grid,
                                  .number = band,
                                  .extent = extent,
                                  .output_gradient = output_gradient.panel(out),
                                  .inputs = scratch,
                                  .in_channels = input.channels,
                                  .rows = rows,
                                  .gradient = gradient + out * input.channels,
                                  .place_size = output_gradient.channels * input.channels};
      add_row_of_places<0>(of_panel);
      add_row_of_places<1>(of_panel);
      add_row_of_places<2>(of_panel);
      add_row_of_places<3>(of_panel);
    }
  }
}

AddTransformedGradient add_gradient_kernel() {
  return &add_gradient;
}

#else

AddTransformedGradient add_gradient_kernel() {
  return nullptr;
}

#endif

}  // namespace
}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace firesweep::runners::engine {
namespace {

HWY_EXPORT(add_gradient_kernel);

}  // namespace

std::int64_t winograd_gradient_scratch(const ImageExtent& extent, std::int64_t in_channels) {
  const std::int64_t tiles = WinogradGrid(extent, kTilesOfGradientBand).tiles_of_band();
  // And a tile to spare: loops over places end behind the last tile's.
  return kWinogradPlaces * (tiles * (in_channels + kChannelMultiple / 4) + kChannelMultiple);
}

void add_transformed_gradient(const Panels& output_gradient, const Panels& input,
                              const ImageExtent& extent, float* scratch, float* gradient) {
  HWY_DYNAMIC_DISPATCH(add_gradient_kernel)()(output_gradient, input, extent, scratch, gradient);
}

}  // namespace firesweep::runners::engine
#endif
