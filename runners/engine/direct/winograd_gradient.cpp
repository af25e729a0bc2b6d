#include "runners/engine/direct/winograd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/engine/direct/winograd_gradient.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runners/engine/direct/tile_sums-inl.h"
#include "runners/engine/direct/winograd-inl.h"

#ifndef FIRESWEEP_ENGINE_DIRECT_WINOGRAD_GRADIENT_ONCE
#define FIRESWEEP_ENGINE_DIRECT_WINOGRAD_GRADIENT_ONCE
namespace firesweep::runners::engine {
using AddTransformedGradient = decltype(&add_transformed_gradient);

/// Enough to make loading the sums of gradients worthwhile.
constexpr std::int64_t kTilesOfGradientBand = 64;
}  // namespace firesweep::runners::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

#if FIRESWEEP_HAS_TILES

/// gradient[row][block] += sum over tiles of rows[tile][row] * columns[tile][block].
template <int kRows, int kBlocks>
void add_products(const float* rows, const float* columns, std::int64_t block_size,
                  std::int64_t tiles, float* gradient, std::int64_t stride) {
  BlockVector sums[kRows * kBlocks];
  load_sums<kRows, kBlocks>(gradient, stride, sums);
  add_outer_products<kRows, kBlocks, kSide * kChannelMultiple, kTileSize>(rows, columns, block_size,
                                                                          tiles, sums);
  store_sums<kRows, kBlocks>(sums, gradient, stride);
}

/// One element, one block of output channels: gradient [16, channels].
void add_element(const float* rows, const float* columns, std::int64_t block_size,
                 std::int64_t tiles, std::int64_t channels, float* gradient) {
  constexpr int kRows = kChannelMultiple / 2;
  constexpr std::int64_t kPair = 2 * kChannelMultiple;
  std::int64_t channel = 0;
  for (; channel + kPair <= channels; channel += kPair, columns += 2 * block_size) {
    float* const to = gradient + channel;
    add_products<kRows, 2>(rows, columns, block_size, tiles, to, channels);
    add_products<kRows, 2>(rows + kRows, columns, block_size, tiles, to + kRows * channels,
                           channels);
  }
  if (channel < channels) {
    add_products<kChannelMultiple, 1>(rows, columns, block_size, tiles, gradient + channel,
                                      channels);
  }
}

/// A band's part of the gradient of one block of output channels, four elements at a time.
struct GradientBand {
  const WinogradGrid& grid;
  std::int64_t number;
  const ImageExtent& extent;
  const float* output_gradient;  // the block
  const float* inputs;           // transformed
  std::int64_t in_channels;
  float* rows;                  // scratch: [tiles, 4, 16]
  float* gradient;              // of the block
  std::int64_t element_stride;  // from one element of the gradient to the next
};

template <int kRow>
void add_row_of_elements(const GradientBand& band) {
  const WinogradGrid& grid = band.grid;
  for_each_row(grid, band.number,
               [&](std::int64_t image, std::int64_t row, std::int64_t tile) HWY_ATTR {
                 transform_gradient_row<kRow>(band.output_gradient, band.extent, image, row,
                                              band.rows + tile * kSide * kChannelMultiple);
               });
  const std::int64_t tiles =
      (grid.first_row(band.number + 1) - grid.first_row(band.number)) * grid.across;
  for (int j = 0; j < kSide; ++j) {
    const int element = kRow * kSide + j;
    add_element(band.rows + j * kChannelMultiple, band.inputs + element * kChannelMultiple,
                grid.tiles_of_band() * kTileSize, tiles, band.in_channels,
                band.gradient + element * band.element_stride);
  }
}

void add_gradient(const BlockedTensor& output_gradient, const BlockedTensor& input,
                  const ImageExtent& extent, float* scratch, float* gradient) {
  const WinogradGrid grid(extent, kTilesOfGradientBand);
  float* const rows = scratch + input.channels * grid.tiles_of_band() * kSide * kSide;
  for (std::int64_t band = 0; band < grid.bands(); ++band) {
    transform_inputs(input, extent, grid, band, scratch);
    for (std::int64_t out = 0; out < output_gradient.channels; out += kChannelMultiple) {
      const GradientBand of_block{.grid = grid,
                                  .number = band,
                                  .extent = extent,
                                  .output_gradient = output_gradient.block(out),
                                  .inputs = scratch,
                                  .in_channels = input.channels,
                                  .rows = rows,
                                  .gradient = gradient + out * input.channels,
                                  .element_stride = output_gradient.channels * input.channels};
      add_row_of_elements<0>(of_block);
      add_row_of_elements<1>(of_block);
      add_row_of_elements<2>(of_block);
      add_row_of_elements<3>(of_block);
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
  // One tile more: loops over elements end behind the last tile's.
  return kWinogradElements * (tiles * (in_channels + kChannelMultiple / 4) + kChannelMultiple);
}

void add_transformed_gradient(const BlockedTensor& output_gradient, const BlockedTensor& input,
                              const ImageExtent& extent, float* scratch, float* gradient) {
  HWY_DYNAMIC_DISPATCH(add_gradient_kernel)()(output_gradient, input, extent, scratch, gradient);
}

}  // namespace firesweep::runners::engine
#endif
