#include "runners/engine/direct/winograd.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/engine/direct/winograd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runners/engine/direct/tile-inl.h"
#include "runners/engine/direct/winograd-inl.h"

#ifndef FIRESWEEP_ENGINE_DIRECT_WINOGRAD_ONCE
#define FIRESWEEP_ENGINE_DIRECT_WINOGRAD_ONCE
namespace firesweep::runners::engine {
template <typename T>
using ConvolveTransformed = decltype(&convolve_transformed<T>);

/// Few enough for the sums of two blocks to stay in the first cache.
constexpr std::int64_t kTilesOfBand = 16;

/// Floats of the sums of other terms for a row of pixels: [W, blocks, 16].
constexpr std::int64_t row_of_others(std::int64_t width, std::int64_t blocks) {
  return width * blocks * kChannelMultiple;
}

}  // namespace firesweep::runners::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

#if FIRESWEEP_HAS_TILES

/// The sums over channels of one transform-domain element of some tiles.
struct ElementProduct {
  const float* inputs;      // of the first tile
  std::int64_t blocks;      // of inputs
  std::int64_t block_size;  // from one block of inputs to the next
  const float* weights;
  float* sums;  // [tiles, blocks, 16 elements, 16], from this element on
};

using MultiplyTiles = void (*)(const ElementProduct&);

template <int kTiles, int kBlocks>
void multiply_tiles(const ElementProduct& product) {
  const FloatTag d;
  BlockVector sums[kTiles * kBlocks];
  HWY_UNROLL(32)
  for (int i = 0; i < kTiles * kBlocks; ++i) {
    sums[i] = hn::Zero(d);
  }
  const float* inputs = product.inputs;
  const float* weights = product.weights;
  for (std::int64_t block = 0; block < product.blocks; ++block) {
    add_channel_block<1, kTiles, kBlocks, 0, 0, kTileSize>(inputs, 0, weights, sums);
    inputs += product.block_size;
    weights += kBlocks * kChannelMultiple * kChannelMultiple;
  }
  HWY_UNROLL(32)
  for (int i = 0; i < kTiles * kBlocks; ++i) {
    hn::StoreU(sums[i], d, product.sums + i * kTileSize);
  }
}

template <int kBlocks, std::size_t... kTiles>
constexpr auto multiplications(std::index_sequence<kTiles...> /*numbers*/) {
  return std::array<MultiplyTiles, sizeof...(kTiles)>{
      &multiply_tiles<static_cast<int>(kTiles) + 1, kBlocks>...};
}

/// All elements of `tiles` tiles.
template <int kBlocks>
void multiply_elements(ElementProduct product, std::int64_t tiles,
                       std::int64_t weights_of_element) {
  static constexpr auto kMultiply =
      multiplications<kBlocks>(std::make_index_sequence<kPixelsOfTile>());
  const ElementProduct first = product;
  const std::int64_t groups = (tiles + kPixelsOfTile - 1) / kPixelsOfTile;
  for (std::int64_t element = 0; element < kWinogradElements; ++element) {
    product.weights = first.weights + element * weights_of_element;
    for (std::int64_t group = 0; group < groups; ++group) {
      const std::int64_t tile = tiles * group / groups;
      product.inputs = first.inputs + tile * kTileSize + element * kChannelMultiple;
      product.sums = first.sums + tile * kBlocks * kTileSize + element * kChannelMultiple;
      kMultiply[static_cast<std::size_t>(tiles * (group + 1) / groups - tile - 1)](product);
    }
  }
}

/// Where a row of tiles goes.
struct RowOfTiles {
  const float* others;  // sums of other terms, bias included; null: none
  std::int64_t first_pixel;
  std::int64_t width;  // of the image
  bool below;          // its second row of pixels is in the image
  BlockRange range;
};

/// The four pixels of a tile, as far as they are in the image.
template <typename T>
HWY_INLINE void finish_tile(const float* sums, const RowOfTiles& row, std::int64_t x,
                            std::int64_t block, const ConvolutionOutput<T>& output) {
  const FloatTag d;
  const std::int64_t channel = row.range.first_channel + block * kChannelMultiple;
  BlockVector pixels[kTilePixels][kTilePixels];
  transform_output(sums, pixels);
  const auto bias = output.bias == nullptr ? hn::Zero(d) : hn::LoadU(d, output.bias + channel);
  const auto finish_pixel = [&](int i, int j) HWY_ATTR {
    const std::int64_t at = i * row.width + x + j;  // in the row
    const auto rest =
        row.others == nullptr
            ? bias
            : hn::LoadU(d, row.others + (at * row.range.blocks + block) * kChannelMultiple);
    const std::int64_t pixel = row.first_pixel + at;
    finish(hn::Add(pixels[i][j], rest), pixel * output.channels + channel,
           channel * output.blocked.pixels + pixel * kChannelMultiple, output);
  };
  const bool has_right = x + 1 < row.width;
  finish_pixel(0, 0);
  if (has_right) {
    finish_pixel(0, 1);
  }
  if (row.below) {
    finish_pixel(1, 0);
  }
  if (has_right && row.below) {
    finish_pixel(1, 1);
  }
}

template <typename T>
class TransformedConvolution {
 public:
  TransformedConvolution(std::span<const ConvolutionTerm> terms, const ImageExtent& extent,
                         const ConvolutionOutput<T>& output, float* scratch)
      : transformed_(terms.back()),
        others_(terms.first(terms.size() - 1)),
        extent_(extent),
        output_(output),
        grid_(extent, kTilesOfBand),
        inputs_(scratch),
        sums_(inputs_ +
              transformed_.input.channels / kChannelMultiple * grid_.tiles_of_band() * kTileSize),
        row_(sums_ + kBlocksOfTile * grid_.tiles_of_band() * kTileSize) {}

  void run() {
    const auto ranges = block_ranges(output_.channels);
    for (std::int64_t band = 0; band < grid_.bands(); ++band) {
      transform_inputs(transformed_.input, extent_, grid_, band, inputs_);
      for (const BlockRange range : ranges) {
        multiply(band, range);
        for_each_row(grid_, band,
                     [&](std::int64_t image, std::int64_t row, std::int64_t tile)
                         HWY_ATTR { finish_row(image, row, tile, range); });
      }
    }
  }

 private:
  void multiply(std::int64_t band, const BlockRange& range) {
    const std::int64_t channels = transformed_.input.channels;
    const std::int64_t tiles = (grid_.first_row(band + 1) - grid_.first_row(band)) * grid_.across;
    const ElementProduct product{.inputs = inputs_,
                                 .blocks = channels / kChannelMultiple,
                                 .block_size = grid_.tiles_of_band() * kTileSize,
                                 .weights = transformed_.weights + range.first_channel * channels,
                                 .sums = sums_};
    (range.blocks == 1 ? multiply_elements<1> : multiply_elements<2>)(product, tiles,
                                                                      channels * output_.channels);
  }

  /// For pixel rows that are in the image.
  void add_others(std::int64_t image, std::int64_t row, const BlockRange& range) {
    for (std::int64_t y = 0; y < kTilePixels && kTilePixels * row + y < extent_.height; ++y) {
      Tile tile{others_,
                extent_,
                {image, kTilePixels * row + y, 0},
                range.first_channel,
                output_.bias,
                row_ + y * row_of_others(extent_.width, range.blocks)};
      compute_row(tile, 1, range.blocks,
                  [&](const Tile& /*done*/, const TileShape& shape)
                      HWY_ATTR { tile.sums += shape.pixels * range.blocks * kChannelMultiple; });
    }
  }

  void finish_row(std::int64_t image, std::int64_t row, std::int64_t tile,
                  const BlockRange& range) {
    if (!others_.empty()) {
      add_others(image, row, range);
    }
    // A copy, in registers: the compiler must assume that stores change the members.
    const ConvolutionOutput<T> output = output_;
    const RowOfTiles tiles{
        .others = others_.empty() ? nullptr : row_,
        .first_pixel = (image * extent_.height + kTilePixels * row) * extent_.width,
        .width = extent_.width,
        .below = kTilePixels * row + 1 < extent_.height,
        .range = range};
    const float* sums = sums_ + tile * range.blocks * kTileSize;
    for (std::int64_t x = 0; x < extent_.width; x += kTilePixels) {
      for (std::int64_t block = 0; block < range.blocks; ++block, sums += kTileSize) {
        finish_tile(sums, tiles, x, block, output);
      }
    }
  }

  const ConvolutionTerm& transformed_;
  std::span<const ConvolutionTerm> others_;
  const ImageExtent& extent_;
  const ConvolutionOutput<T>& output_;
  WinogradGrid grid_;
  float* inputs_;  // [C / 16, tiles, 16, 16]
  float* sums_;    // [tiles, 2, 16, 16]
  float* row_;
};

template <typename T>
void convolve_of(std::span<const ConvolutionTerm> terms, const ImageExtent& extent,
                 const ConvolutionOutput<T>& output, float* scratch) {
  TransformedConvolution<T>(terms, extent, output, scratch).run();
}

ConvolveTransformed<float> convolve_float() {
  return &convolve_of<float>;
}
ConvolveTransformed<Bf16> convolve_bf16() {
  return &convolve_of<Bf16>;
}

#else

ConvolveTransformed<float> convolve_float() {
  return nullptr;
}
ConvolveTransformed<Bf16> convolve_bf16() {
  return nullptr;
}

#endif

}  // namespace
}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace firesweep::runners::engine {
namespace {

HWY_EXPORT(convolve_float);
HWY_EXPORT(convolve_bf16);

}  // namespace

std::int64_t winograd_scratch(const ImageExtent& extent, std::int64_t in_channels) {
  const std::int64_t tiles = WinogradGrid(extent, kTilesOfBand).tiles_of_band();
  return kWinogradElements * tiles * (in_channels + kBlocksOfTile * kChannelMultiple) +
         2 * row_of_others(extent.width, kBlocksOfTile);
}

template <typename T>
void convolve_transformed(std::span<const ConvolutionTerm> terms, const ImageExtent& extent,
                          const ConvolutionOutput<T>& output, float* scratch) {
  if constexpr (std::is_same_v<T, float>) {
    HWY_DYNAMIC_DISPATCH(convolve_float)()(terms, extent, output, scratch);
  } else {
    HWY_DYNAMIC_DISPATCH(convolve_bf16)()(terms, extent, output, scratch);
  }
}

template void convolve_transformed(std::span<const ConvolutionTerm>, const ImageExtent&,
                                   const ConvolutionOutput<float>&, float*);
template void convolve_transformed(std::span<const ConvolutionTerm>, const ImageExtent&,
                                   const ConvolutionOutput<Bf16>&, float*);

}  // namespace firesweep::runners::engine
#endif
