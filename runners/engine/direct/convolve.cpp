#include "runners/engine/direct/convolve.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/engine/direct/convolve.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runners/engine/direct/tile-inl.h"
#include "runners/engine/direct/winograd.h"

#ifndef FIRESWEEP_ENGINE_DIRECT_CONVOLVE_ONCE
#define FIRESWEEP_ENGINE_DIRECT_CONVOLVE_ONCE
namespace firesweep::runners::engine {
template <typename T>
using Convolve = void (*)(std::span<const ConvolutionTerm> terms, const ImageExtent& extent,
                          const ConvolutionOutput<T>& output);

/// A tile's sums [images, pixels, blocks, 16]; more than any has.
using TileSums = std::array<float, static_cast<std::size_t>(kPixelsOfTile* kBlocksOfTile) *
                                       static_cast<std::size_t>(kChannelMultiple)>;

}  // namespace firesweep::runners::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

#if FIRESWEEP_HAS_TILES

template <typename T>
void finish_tile(const Tile& tile, const TileShape& shape, std::int64_t blocks,
                 const ConvolutionOutput<T>& reference) {
  // A copy, in registers: the compiler must assume that stores change the original.
  const ConvolutionOutput<T> output = reference;
  const float* sums = tile.sums;
  const ImageExtent& extent = tile.extent;
  for (std::int64_t image = 0; image < shape.images; ++image) {
    const std::int64_t first =
        ((tile.position.image + image) * extent.height + tile.position.y) * extent.width +
        tile.position.x;
    for (std::int64_t pixel = first; pixel < first + shape.pixels; ++pixel) {
      for (std::int64_t block = 0; block < blocks; ++block, sums += kChannelMultiple) {
        const std::int64_t channel = tile.first_channel + block * kChannelMultiple;
        finish(hn::LoadU(FloatTag(), sums), pixel * output.channels + channel,
               channel * output.blocked.pixels + pixel * kChannelMultiple, output);
      }
    }
  }
}

template <typename T>
void convolve_of(std::span<const ConvolutionTerm> terms, const ImageExtent& extent,
                 const ConvolutionOutput<T>& output) {
  TileSums sums;
  Tile tile{terms, extent, {}, 0, output.bias, sums.data()};
  const std::int64_t together = images_of_tile(extent.width);
  const std::int64_t rows = rows_at_once(extent.width);
  const auto ranges = block_ranges(output.channels);
  for (std::int64_t first = 0; first < extent.height; first += rows) {
    for (const BlockRange range : ranges) {
      tile.first_channel = range.first_channel;
      for (std::int64_t image = 0; image < extent.images;) {
        const std::int64_t images = image + together <= extent.images ? together : 1;
        tile.position.image = image;
        for (tile.position.y = first; tile.position.y < std::min(first + rows, extent.height);
             ++tile.position.y) {
          compute_row(tile, images, range.blocks, [&](const Tile& done, const TileShape& shape) {
            finish_tile(done, shape, range.blocks, output);
          });
        }
        image += images;
      }
    }
  }
}

Convolve<float> convolve_float() {
  return &convolve_of<float>;
}
Convolve<Bf16> convolve_bf16() {
  return &convolve_of<Bf16>;
}

#else

Convolve<float> convolve_float() {
  return nullptr;
}
Convolve<Bf16> convolve_bf16() {
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

bool has_direct_convolutions() {
  return HWY_DYNAMIC_DISPATCH(convolve_float)() != nullptr;
}

template <typename T>
void convolve(std::span<const ConvolutionTerm> terms, const ImageExtent& extent,
              const ConvolutionOutput<T>& output, float* scratch) {
  const auto transformed = std::ranges::count(terms, true, &ConvolutionTerm::transformed);
  if (transformed > (terms.back().transformed && scratch != nullptr ? 1 : 0)) {
    throw std::logic_error("only the last term may be transformed, and needs scratch memory");
  }
  if (transformed > 0) {
    convolve_transformed(terms, extent, output, scratch);
    return;
  }
  if constexpr (std::is_same_v<T, float>) {
    HWY_DYNAMIC_DISPATCH(convolve_float)()(terms, extent, output);
  } else {
    HWY_DYNAMIC_DISPATCH(convolve_bf16)()(terms, extent, output);
  }
}

template void convolve(std::span<const ConvolutionTerm>, const ImageExtent&,
                       const ConvolutionOutput<float>&, float*);
template void convolve(std::span<const ConvolutionTerm>, const ImageExtent&,
                       const ConvolutionOutput<Bf16>&, float*);

}  // namespace firesweep::runners::engine
#endif
