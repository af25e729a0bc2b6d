#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "runners/engine/direct/convolve.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/engine/direct/weight_sums.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runners/engine/direct/tile_sums-inl.h"
#include "runners/engine/direct/tiles.h"

#ifndef FIRESWEEP_ENGINE_DIRECT_WEIGHT_SUMS_ONCE
#define FIRESWEEP_ENGINE_DIRECT_WEIGHT_SUMS_ONCE
namespace firesweep::runners::engine {
using AddWeightGradient = decltype(&add_weight_gradient);
}  // namespace firesweep::runners::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

#if FIRESWEEP_HAS_TILES

/// Two blocks of the gradient and the rows of images that contribute to them.
struct GradientTile {
  const BlockedTensor& output_gradient;
  const BlockedTensor& input;
  const ImageExtent& extent;
  std::int64_t first_row;
  std::int64_t last_row;  // exclusive
  std::int64_t out;       // channel
  std::int64_t in;        // channel
  std::int64_t shift_y;   // from the output's pixel to the input's
  std::int64_t shift_x;
};

/// Rows and columns whose shifted pixel is inside the image.
struct Inside {
  std::int64_t first;
  std::int64_t last;  // exclusive
};
Inside inside(std::int64_t first, std::int64_t last, std::int64_t extent, std::int64_t shift) {
  return {std::max(first, -shift), std::min(last, extent - shift)};
}

/// Adds to kRows rows of the gradient, `stride` floats apart.
template <int kRows, int kBlocks>
void add_to_tile(const GradientTile& tile, float* gradient, std::int64_t stride) {
  BlockVector sums[kRows * kBlocks];
  load_sums<kRows, kBlocks>(gradient, stride, sums);
  const ImageExtent& extent = tile.extent;
  const Inside rows = inside(tile.first_row, tile.last_row, extent.height, tile.shift_y);
  const Inside columns = inside(0, extent.width, extent.width, tile.shift_x);
  // Whole rows are consecutive in memory.
  const bool whole = tile.shift_x == 0;
  const std::int64_t step = whole ? std::max<std::int64_t>(1, rows.last - rows.first) : 1;
  const std::int64_t pixels = whole ? step * extent.width : columns.last - columns.first;
  if (pixels <= 0) {
    return;  // the image is narrower than the kernel
  }
  const float* const factors = tile.output_gradient.block(tile.out) + tile.out % kChannelMultiple;
  const float* const inputs = tile.input.block(tile.in);
  for (std::int64_t image = 0; image < extent.images; ++image) {
    for (std::int64_t y = rows.first; y < rows.last; y += step) {
      const std::int64_t pixel = (image * extent.height + y) * extent.width + columns.first;
      const std::int64_t other = pixel + tile.shift_y * extent.width + tile.shift_x;
      add_outer_products<kRows, kBlocks>(factors + pixel * kChannelMultiple,
                                         inputs + other * kChannelMultiple, tile.input.block_size(),
                                         pixels, sums);
    }
  }
  store_sums<kRows, kBlocks>(sums, gradient, stride);
}

/// All kernel elements, while their inputs stay in the cache. 16 sums hide the latency of the
/// additions, whether of eight rows and two blocks or of 16 rows and one.
void add_block_pair(GradientTile& tile, std::int64_t blocks, std::int64_t kernel, float* gradient) {
  const std::int64_t channels = tile.input.channels;
  const std::int64_t stride = kernel * kernel * channels;
  const std::int64_t margin = kernel / 2;
  const std::int64_t first_out = tile.out;
  for (std::int64_t tap = 0; tap < kernel * kernel; ++tap) {
    tile.shift_y = tap / kernel - margin;
    tile.shift_x = tap % kernel - margin;
    float* const to = gradient + first_out * stride + tap * channels + tile.in;
    if (blocks == 1) {
      add_to_tile<kChannelMultiple, 1>(tile, to, stride);
      continue;
    }
    constexpr int kRows = kChannelMultiple / 2;
    add_to_tile<kRows, 2>(tile, to, stride);
    tile.out = first_out + kRows;
    add_to_tile<kRows, 2>(tile, to + kRows * stride, stride);
    tile.out = first_out;
  }
}

void add_gradient(const BlockedTensor& output_gradient, const BlockedTensor& input,
                  const ImageExtent& extent, std::int64_t kernel, float* gradient) {
  const auto ranges = block_ranges(input.channels);
  const std::int64_t rows = rows_at_once(extent.width);
  GradientTile tile{output_gradient, input, extent, 0, 0, 0, 0, 0, 0};
  for (tile.first_row = 0; tile.first_row < extent.height; tile.first_row += rows) {
    tile.last_row = std::min(tile.first_row + rows, extent.height);
    for (const BlockRange range : ranges) {
      tile.in = range.first_channel;
      for (tile.out = 0; tile.out < output_gradient.channels; tile.out += kChannelMultiple) {
        add_block_pair(tile, range.blocks, kernel, gradient);
      }
    }
  }
}

AddWeightGradient add_gradient_kernel() {
  return &add_gradient;
}

#else

AddWeightGradient add_gradient_kernel() {
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

void add_weight_gradient(const BlockedTensor& output_gradient, const BlockedTensor& input,
                         const ImageExtent& extent, std::int64_t kernel, float* gradient) {
  HWY_DYNAMIC_DISPATCH(add_gradient_kernel)()(output_gradient, input, extent, kernel, gradient);
}

}  // namespace firesweep::runners::engine
#endif
