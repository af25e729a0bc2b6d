// A tile of output pixels of a direct convolution: its sums, and what becomes of them.
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

#if defined(FIRESWEEP_MODELS_ENGINE_DIRECT_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIRESWEEP_MODELS_ENGINE_DIRECT_TILE_INL_H_
#undef FIRESWEEP_MODELS_ENGINE_DIRECT_TILE_INL_H_
#else
#define FIRESWEEP_MODELS_ENGINE_DIRECT_TILE_INL_H_
#endif

#if FIRESWEEP_HAS_TILES
HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {

/// What a tile of output pixels is computed from. Its sums are [images, pixels, panels, 16].
struct Tile {
  std::span<const ConvolutionTerm> terms;
  const ImageExtent& extent;
  TilePlace place;
  std::int64_t first_channel;
  const float* bias;  // null: none
  float* sums;
};

using ComputeTile = void (*)(const Tile&);

/// What one pixel of the window of a term adds, if it lies in the image.
template <int kImages, int kPixels, int kPanels>
HWY_INLINE void add_tap(const Tile& tile, const ConvolutionTerm& term, std::int64_t tap,
                        PanelVector (&sums)[kImages * kPixels * kPanels]) {
  const ImageExtent& extent = tile.extent;
  const std::int64_t margin = term.kernel / 2;
  const std::int64_t y = tile.place.y + tap / term.kernel - margin;
  const std::int64_t shift = tap % term.kernel - margin;
  if (y < 0 || y >= extent.height) {
    return;
  }
  const std::int64_t area = extent.height * extent.width;
  const std::int64_t pixel = tile.place.image * area + y * extent.width + tile.place.x;
  const bool left = shift < 0 && tile.place.x == 0;
  const bool right = shift > 0 && tile.place.x + kPixels == extent.width;
  const float* inputs = term.input.data + (pixel + (left ? 0 : shift)) * kChannelMultiple;
  const float* weights = term.weights + (tile.first_channel * term.kernel * term.kernel +
                                         tap * kPanels * kChannelMultiple) *
                                            term.input.channels;
  const std::int64_t stride = area * kChannelMultiple;
  for (std::int64_t channel = 0; channel < term.input.channels; channel += kChannelMultiple) {
    if (left) {
      add_panel<kImages, kPixels, kPanels, 1, 0>(inputs, stride, weights, sums);
    } else if (right) {
      add_panel<kImages, kPixels, kPanels, 0, 1>(inputs, stride, weights, sums);
    } else {
      add_panel<kImages, kPixels, kPanels, 0, 0>(inputs, stride, weights, sums);
    }
    inputs += term.input.panel_size();
    weights += kPanels * kChannelMultiple * kChannelMultiple;
  }
}

template <int kImages, int kPixels, int kPanels>
void compute_tile(const Tile& tile) {
  const FloatTag d;
  PanelVector sums[kImages * kPixels * kPanels];
  HWY_UNROLL(2)
  for (int panel = 0; panel < kPanels; ++panel) {
    const PanelVector first =
        tile.bias == nullptr
            ? hn::Zero(d)
            : hn::LoadU(d, tile.bias + tile.first_channel + panel * kChannelMultiple);
    HWY_UNROLL(32)
    for (int pixel = 0; pixel < kImages * kPixels; ++pixel) {
      sums[pixel * kPanels + panel] = first;
    }
  }
  for (const ConvolutionTerm& term : tile.terms) {
    for (std::int64_t tap = 0; tap < term.kernel * term.kernel; ++tap) {
      add_tap<kImages, kPixels, kPanels>(tile, term, tap, sums);
    }
  }
  HWY_UNROLL(32)
  for (int i = 0; i < kImages * kPixels * kPanels; ++i) {
    hn::StoreU(sums[i], d, tile.sums + i * kChannelMultiple);
  }
}

template <int kPanels>
ComputeTile tile_of_several_images(std::int64_t width) {
  switch (width) {
    case 1:
      return &compute_tile<images_of_tile(1), 1, kPanels>;
    case 2:
      return &compute_tile<images_of_tile(2), 2, kPanels>;
    case 3:
      return &compute_tile<images_of_tile(3), 3, kPanels>;
    case 4:
      return &compute_tile<images_of_tile(4), 4, kPanels>;
    case 5:
      return &compute_tile<images_of_tile(5), 5, kPanels>;
    case 6:
      return &compute_tile<images_of_tile(6), 6, kPanels>;
    case 7:
      return &compute_tile<images_of_tile(7), 7, kPanels>;
    default:
      throw std::logic_error("no tile of several images is so wide");
  }
}

template <int kPanels, std::size_t... kPixels>
constexpr auto tiles_of_one_image(std::index_sequence<kPixels...> /*numbers*/) {
  return std::array<ComputeTile, sizeof...(kPixels)>{
      &compute_tile<1, static_cast<int>(kPixels) + 1, kPanels>...};
}

template <int kPanels>
ComputeTile tile_function(const TileShape& shape) {
  if (shape.images > 1) {
    return tile_of_several_images<kPanels>(shape.pixels);
  }
  static constexpr auto kTiles =
      tiles_of_one_image<kPanels>(std::make_index_sequence<kPixelsOfTile>());
  return kTiles[static_cast<std::size_t>(shape.pixels - 1)];
}

/// Rounded to T.
template <typename T, class D>
HWY_INLINE hn::Vec<D> as_stored(D d, hn::Vec<D> values) {
  if constexpr (std::is_same_v<T, Bf16>) {
    const hn::RebindToUnsigned<D> bits_tag;
    return hn::BitCast(d, hn::And(rounded(d, values), hn::Set(bits_tag, 0xFFFF0000U)));
  } else {
    static_cast<void>(d);
    return values;
  }
}

/// A vector of sums becomes the output's vector `at`, in panels `panels_at`.
template <typename T>
HWY_INLINE void finish(PanelVector value, std::int64_t at, std::int64_t panels_at,
                       const ConvolutionOutput<T>& output) {
  const FloatTag d;
  if (output.relu) {
    value = hn::IfThenZeroElse(not_positive(d, value), value);
  }
  if (output.addend != nullptr) {
    value = hn::Add(value, load_floats(d, output.addend + at));
  }
  if (output.relu_output != nullptr) {
    const auto closed = not_positive(d, load_floats(d, output.relu_output + at));
    value = hn::IfThenZeroElse(closed, value);
  }
  if (output.values != nullptr) {
    store_floats(value, d, output.values + at);
  }
  if (output.panels.data != nullptr) {
    hn::StoreU(as_stored<T>(d, value), d, output.panels.data + panels_at);
  }
}

/// The sums of a row of pixels, or of the same row of several images, a tile after the other;
/// `finish(tile, shape)` is called for each.
template <typename Finish>
HWY_INLINE void compute_row(Tile& tile, std::int64_t images, std::int64_t panels,
                            const Finish& finish) {
  const std::int64_t width = tile.extent.width;
  const std::int64_t tiles = (width + kPixelsOfTile - 1) / kPixelsOfTile;
  for (std::int64_t i = 0; i < tiles; ++i) {
    tile.place.x = width * i / tiles;
    const TileShape shape{images, width * (i + 1) / tiles - tile.place.x};
    (panels == 1 ? tile_function<1>(shape) : tile_function<2>(shape))(tile);
    finish(tile, shape);
  }
}

}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // FIRESWEEP_HAS_TILES

#endif  // FIRESWEEP_MODELS_ENGINE_DIRECT_TILE_INL_H_
