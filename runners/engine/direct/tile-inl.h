// A tile of output pixels of a direct convolution: its sums, and how they are stored.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <hwy/highway.h>

#include "runners/engine/direct/convolve.h"
#include "runners/engine/direct/tile_sums-inl.h"
#include "runners/engine/direct/tiles.h"
#include "runners/engine/vector_bf16-inl.h"

#if defined(FIRESWEEP_ENGINE_DIRECT_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIRESWEEP_ENGINE_DIRECT_TILE_INL_H_
#undef FIRESWEEP_ENGINE_DIRECT_TILE_INL_H_
#else
#define FIRESWEEP_ENGINE_DIRECT_TILE_INL_H_
#endif

#if FIRESWEEP_HAS_TILES
HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {

/// The inputs of a tile of output pixels. Its sums are [images, pixels, blocks, 16].
struct Tile {
  std::span<const ConvolutionTerm> terms;
  const ImageExtent& extent;
  TilePosition position;
  std::int64_t first_channel;
  const float* bias;  // null: none
  float* sums;
};

using ComputeTile = void (*)(const Tile&);

/// Adds the products of one kernel element of a term, where they are inside the image.
template <int kImages, int kPixels, int kBlocks>
HWY_INLINE void add_tap(const Tile& tile, const ConvolutionTerm& term, std::int64_t tap,
                        BlockVector (&sums)[kImages * kPixels * kBlocks]) {
  const ImageExtent& extent = tile.extent;
  const std::int64_t margin = term.kernel / 2;
  const std::int64_t y = tile.position.y + tap / term.kernel - margin;
  const std::int64_t shift = tap % term.kernel - margin;
  if (y < 0 || y >= extent.height) {
    return;
  }
  const std::int64_t area = extent.height * extent.width;
  const std::int64_t pixel = tile.position.image * area + y * extent.width + tile.position.x;
  const bool left = shift < 0 && tile.position.x == 0;
  const bool right = shift > 0 && tile.position.x + kPixels == extent.width;
  const float* inputs = term.input.data + (pixel + (left ? 0 : shift)) * kChannelMultiple;
  const float* weights = term.weights + (tile.first_channel * term.kernel * term.kernel +
                                         tap * kBlocks * kChannelMultiple) *
                                            term.input.channels;
  const std::int64_t stride = area * kChannelMultiple;
  for (std::int64_t channel = 0; channel < term.input.channels; channel += kChannelMultiple) {
    if (left) {
      add_channel_block<kImages, kPixels, kBlocks, 1, 0>(inputs, stride, weights, sums);
    } else if (right) {
      add_channel_block<kImages, kPixels, kBlocks, 0, 1>(inputs, stride, weights, sums);
    } else {
      add_channel_block<kImages, kPixels, kBlocks, 0, 0>(inputs, stride, weights, sums);
    }
    inputs += term.input.block_size();
    weights += kBlocks * kChannelMultiple * kChannelMultiple;
  }
}

template <int kImages, int kPixels, int kBlocks>
void compute_tile(const Tile& tile) {
  const FloatTag d;
  BlockVector sums[kImages * kPixels * kBlocks];
  HWY_UNROLL(2)
  for (int block = 0; block < kBlocks; ++block) {
    const BlockVector first =
        tile.bias == nullptr
            ? hn::Zero(d)
            : hn::LoadU(d, tile.bias + tile.first_channel + block * kChannelMultiple);
    HWY_UNROLL(32)
    for (int pixel = 0; pixel < kImages * kPixels; ++pixel) {
      sums[pixel * kBlocks + block] = first;
    }
  }
  for (const ConvolutionTerm& term : tile.terms) {
    for (std::int64_t tap = 0; tap < term.kernel * term.kernel; ++tap) {
      add_tap<kImages, kPixels, kBlocks>(tile, term, tap, sums);
    }
  }
  HWY_UNROLL(32)
  for (int i = 0; i < kImages * kPixels * kBlocks; ++i) {
    hn::StoreU(sums[i], d, tile.sums + i * kChannelMultiple);
  }
}

template <int kBlocks>
ComputeTile tile_of_several_images(std::int64_t width) {
  switch (width) {
    case 1:
      return &compute_tile<images_of_tile(1), 1, kBlocks>;
    case 2:
      return &compute_tile<images_of_tile(2), 2, kBlocks>;
    case 3:
      return &compute_tile<images_of_tile(3), 3, kBlocks>;
    case 4:
      return &compute_tile<images_of_tile(4), 4, kBlocks>;
    case 5:
      return &compute_tile<images_of_tile(5), 5, kBlocks>;
    case 6:
      return &compute_tile<images_of_tile(6), 6, kBlocks>;
    case 7:
      return &compute_tile<images_of_tile(7), 7, kBlocks>;
    default:
      throw std::logic_error("no tile of several images is so wide");
  }
}

template <int kBlocks, std::size_t... kPixels>
constexpr auto tiles_of_one_image(std::index_sequence<kPixels...> /*numbers*/) {
  return std::array<ComputeTile, sizeof...(kPixels)>{
      &compute_tile<1, static_cast<int>(kPixels) + 1, kBlocks>...};
}

template <int kBlocks>
ComputeTile tile_function(const TileShape& shape) {
  if (shape.images > 1) {
    return tile_of_several_images<kBlocks>(shape.pixels);
  }
  static constexpr auto kTiles =
      tiles_of_one_image<kBlocks>(std::make_index_sequence<kPixelsOfTile>());
  return kTiles[static_cast<std::size_t>(shape.pixels - 1)];
}

/// Stores a vector of sums as the output's vector `at`, in the blocked layout `blocked_at`.
template <typename T>
HWY_INLINE void finish(BlockVector value, std::int64_t at, std::int64_t blocked_at,
                       const ConvolutionOutput<T>& output) {
  const FloatTag d;
  if (output.relu) {
    value = hn::IfThenZeroElse(not_positive(d, value), value);
  }
  if (output.addend != nullptr) {
    value = hn::Add(value, load_floats(d, output.addend + at));
  }
  if (output.relu_output != nullptr) {
    const auto masked = not_positive(d, load_floats(d, output.relu_output + at));
    value = hn::IfThenZeroElse(masked, value);
  }
  if (output.values != nullptr) {
    store_floats(value, d, output.values + at);
  }
  if (output.blocked.data != nullptr) {
    hn::StoreU(as_stored<T>(d, value), d, output.blocked.data + blocked_at);
  }
}

/// The sums of a row of pixels, or of the same row of several images, a tile after the other;
/// `finish(tile, shape)` is called for each.
template <typename Finish>
HWY_INLINE void compute_row(Tile& tile, std::int64_t images, std::int64_t blocks,
                            const Finish& finish) {
  const std::int64_t width = tile.extent.width;
  const std::int64_t tiles = (width + kPixelsOfTile - 1) / kPixelsOfTile;
  for (std::int64_t i = 0; i < tiles; ++i) {
    tile.position.x = width * i / tiles;
    const TileShape shape{images, width * (i + 1) / tiles - tile.position.x};
    (blocks == 1 ? tile_function<1>(shape) : tile_function<2>(shape))(tile);
    finish(tile, shape);
  }
}

}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // FIRESWEEP_HAS_TILES

#endif  // FIRESWEEP_ENGINE_DIRECT_TILE_INL_H_
