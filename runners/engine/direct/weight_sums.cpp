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

#ifndef FIRESWEEP_MODELS_ENGINE_DIRECT_WEIGHT_SUMS_ONCE
#define FIRESWEEP_MODELS_ENGINE_DIRECT_WEIGHT_SUMS_ONCE
namespace firesweep::runners::engine {
using AddWeightGradient = decltype(&add_weight_gradient);
}  // namespace firesweep::runners::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

#if FIRESWEEP_HAS_TILES

/// Two panels of the gradient and the rows of images that flow into them.
struct GradientBlock {
  const Panels& output_gradient;
  const Panels& input;
  const ImageExtent& extent;
  std::int64_t first_row;
  std::int64_t last_row;  // exclusive
  std::int64_t out;       // channel
  std::int64_t in;        // channel
  std::int64_t shift_y;   // from the output's pixel to the input's
  std::int64_t shift_x;
};

/// Rows and columns whose window's pixel lies in the image.
struct Inside {
  std::int64_t first;
  std::int64_t last;  // exclusive
};
Inside inside(std::int64_t first, std::int64_t last, std::int64_t extent, std::int64_t shift) {
  return {std::max(first, -shift), std::min(last, extent - shift)};
}

/// Adds to kRows rows of the gradient, `stride` floats apart.
template <int kRows, int kPanels>
void add_block(const GradientBlock& block, float* gradient, std::int64_t stride) {
  PanelVector sums[kRows * kPanels];
  load_sums<kRows, kPanels>(gradient, stride, sums);
  const ImageExtent& extent = block.extent;
  const Inside rows = inside(block.first_row, block.last_row, extent.height, block.shift_y);
  const Inside columns = inside(0, extent.width, extent.width, block.shift_x);
  // Whole rows lie behind each other.
  const bool whole = block.shift_x == 0;
  const std::int64_t step = whole ? std::max<std::int64_t>(1, rows.last - rows.first) : 1;
  const std::int64_t pixels = whole ? step * extent.width : columns.last - columns.first;
  if (pixels <= 0) {
    return;  // the image is narrower than the window
  }
  const float* const factors =
      block.output_gradient.panel(block.out) + block.out % kChannelMultiple;
  const float* const inputs = block.input.panel(block.in);
  for (std::int64_t image = 0; image < extent.images; ++image) {
    for (std::int64_t y = rows.first; y < rows.last; y += step) {
      const std::int64_t pixel = (image * extent.height + y) * extent.width + columns.first;
      const std::int64_t other = pixel + block.shift_y * extent.width + block.shift_x;
      add_outer_products<kRows, kPanels>(factors + pixel * kChannelMultiple,
                                         inputs + other * kChannelMultiple,
                                         block.input.panel_size(), pixels, sums);
    }
  }
  store_sums<kRows, kPanels>(sums, gradient, stride);
}

/// All pixels of the window, while what is read stays in the cache. 16 sums hide the latency of the
/// additions, whether of eight rows and two panels or of 16 rows and one.
void add_panel_pair(GradientBlock& block, std::int64_t panels, std::int64_t kernel,
                    float* gradient) {
  const std::int64_t channels = block.input.channels;
  const std::int64_t stride = kernel * kernel * channels;
  const std::int64_t margin = kernel / 2;
  const std::int64_t first_out = block.out;
  for (std::int64_t tap = 0; tap < kernel * kernel; ++tap) {
    block.shift_y = tap / kernel - margin;
    block.shift_x = tap % kernel - margin;
    float* const to = gradient + first_out * stride + tap * channels + block.in;
    if (panels == 1) {
      add_block<kChannelMultiple, 1>(block, to, stride);
      continue;
    }
    constexpr int kRows = kChannelMultiple / 2;
    add_block<kRows, 2>(block, to, stride);
    block.out = first_out + kRows;
    add_block<kRows, 2>(block, to + kRows * stride, stride);
    block.out = first_out;
  }
}

void add_gradient(const Panels& output_gradient, const Panels& input, const ImageExtent& extent,
                  std::int64_t kernel, float* gradient) {
  const auto blocks = panel_blocks(input.channels);
  const std::int64_t rows = rows_of_block(extent.width);
  GradientBlock block{output_gradient, input, extent, 0, 0, 0, 0, 0, 0};
  for (block.first_row = 0; block.first_row < extent.height; block.first_row += rows) {
    block.last_row = std::min(block.first_row + rows, extent.height);
    for (const PanelRange range : blocks) {
      block.in = range.first_channel;
      for (block.out = 0; block.out < output_gradient.channels; block.out += kChannelMultiple) {
        add_panel_pair(block, range.panels, kernel, gradient);
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

void add_weight_gradient(const Panels& output_gradient, const Panels& input,
                         const ImageExtent& extent, std::int64_t kernel, float* gradient) {
  HWY_DYNAMIC_DISPATCH(add_gradient_kernel)()(output_gradient, input, extent, kernel, gradient);
}

}  // namespace firesweep::runners::engine
#endif
