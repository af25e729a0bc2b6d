#include "models/engine/direct/winograd.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/engine/direct/winograd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "models/engine/direct/tile-inl.h"
#include "models/engine/direct/winograd-inl.h"

#ifndef FIRESWEEP_MODELS_ENGINE_DIRECT_WINOGRAD_ONCE
#define FIRESWEEP_MODELS_ENGINE_DIRECT_WINOGRAD_ONCE
namespace firesweep::models::engine {
template <typename T>
using ConvolveTransformed = decltype(&convolve_transformed<T>);
using AddTransformedGradient = decltype(&add_transformed_gradient);

/// Few enough for the sums of two panels to stay in the first cache.
constexpr std::int64_t kTilesOfBand = 16;
/// Enough for sums of gradients to be worth loading.
constexpr std::int64_t kTilesOfGradientBand = 64;

/// Of a row of pixels, what other terms add: [W, panels, 16].
constexpr std::int64_t row_of_others(std::int64_t width, std::int64_t panels) {
  return width * panels * kChannelMultiple;
}

}  // namespace firesweep::models::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::models::engine::HWY_NAMESPACE {
namespace {

#if FIRESWEEP_HAS_TILES

/// The sums over channels of one place of some tiles.
struct PlaceProduct {
  const float* inputs;      // of the first tile
  std::int64_t panels;      // of inputs
  std::int64_t panel_size;  // from one panel of inputs to the next
  const float* weights;
  float* sums;  // [tiles, panels, 16 places, 16], from this place on
};

using MultiplyTiles = void (*)(const PlaceProduct&);

template <int kTiles, int kPanels>
void multiply_tiles(const PlaceProduct& product) {
  const FloatTag d;
  PanelVector sums[kTiles * kPanels];
  HWY_UNROLL(32)
  for (int i = 0; i < kTiles * kPanels; ++i) {
    sums[i] = hn::Zero(d);
  }
  const float* inputs = product.inputs;
  const float* weights = product.weights;
  for (std::int64_t panel = 0; panel < product.panels; ++panel) {
    add_panel<1, kTiles, kPanels, 0, 0, kTileSize>(inputs, 0, weights, sums);
    inputs += product.panel_size;
    weights += kPanels * kChannelMultiple * kChannelMultiple;
  }
  HWY_UNROLL(32)
  for (int i = 0; i < kTiles * kPanels; ++i) {
    hn::StoreU(sums[i], d, product.sums + i * kTileSize);
  }
}

template <int kPanels, std::size_t... kTiles>
constexpr auto multiplications(std::index_sequence<kTiles...> /*numbers*/) {
  return std::array<MultiplyTiles, sizeof...(kTiles)>{
      &multiply_tiles<static_cast<int>(kTiles) + 1, kPanels>...};
}

/// All places of `tiles` tiles.
template <int kPanels>
void multiply_places(PlaceProduct product, std::int64_t tiles, std::int64_t weights_of_place) {
  static constexpr auto kMultiply =
      multiplications<kPanels>(std::make_index_sequence<kPixelsOfTile>());
  const PlaceProduct first = product;
  const std::int64_t groups = (tiles + kPixelsOfTile - 1) / kPixelsOfTile;
  for (std::int64_t place = 0; place < kWinogradPlaces; ++place) {
    product.weights = first.weights + place * weights_of_place;
    for (std::int64_t group = 0; group < groups; ++group) {
      const std::int64_t tile = tiles * group / groups;
      product.inputs = first.inputs + tile * kTileSize + place * kChannelMultiple;
      product.sums = first.sums + tile * kPanels * kTileSize + place * kChannelMultiple;
      kMultiply[static_cast<std::size_t>(tiles * (group + 1) / groups - tile - 1)](product);
    }
  }
}

template <typename T>
class TransformedConvolution {
 public:
  TransformedConvolution(std::span<const ConvolutionTerm> terms, const ImageExtent& extent,
                         const ConvolutionOutput<T>& output, float* scratch)
      : window_(terms.back()),
        others_(terms.first(terms.size() - 1)),
        extent_(extent),
        output_(output),
        grid_(extent, kTilesOfBand),
        inputs_(scratch),
        sums_(inputs_ +
              window_.input.channels / kChannelMultiple * grid_.tiles_of_band() * kTileSize),
        row_(sums_ + kPanelsOfTile * grid_.tiles_of_band() * kTileSize) {}

  void run() {
    const auto blocks = panel_blocks(output_.channels);
    for (std::int64_t band = 0; band < grid_.bands(); ++band) {
      transform_inputs(window_.input, extent_, grid_, band, inputs_);
      for (const PanelRange block : blocks) {
        multiply(band, block);
        for_each_row(grid_, band,
                     [&](std::int64_t image, std::int64_t row, std::int64_t tile)
                         HWY_ATTR { finish_row(image, row, tile, block); });
      }
    }
  }

 private:
  void multiply(std::int64_t band, const PanelRange& block) {
    const std::int64_t channels = window_.input.channels;
    const std::int64_t tiles = (grid_.first_row(band + 1) - grid_.first_row(band)) * grid_.across;
    const PlaceProduct product{.inputs = inputs_,
                               .panels = channels / kChannelMultiple,
                               .panel_size = grid_.tiles_of_band() * kTileSize,
                               .weights = window_.weights + block.first_channel * channels,
                               .sums = sums_};
    (block.panels == 1 ? multiply_places<1> : multiply_places<2>)(product, tiles,
                                                                  channels * output_.channels);
  }

  /// Of pixel rows that lie in the image.
  void add_others(std::int64_t image, std::int64_t row, const PanelRange& block) {
    for (std::int64_t y = 0; y < kTilePixels && kTilePixels * row + y < extent_.height; ++y) {
      Tile tile{others_,
                extent_,
                {image, kTilePixels * row + y, 0},
                block.first_channel,
                output_.bias,
                row_ + y * row_of_others(extent_.width, block.panels)};
      compute_row(tile, 1, block.panels,
                  [&](const Tile& /*done*/, const TileShape& shape)
                      HWY_ATTR { tile.sums += shape.pixels * block.panels * kChannelMultiple; });
    }
  }

  void finish_row(std::int64_t image, std::int64_t row, std::int64_t tile,
                  const PanelRange& block) {
    const FloatTag d;
    // Copies, in registers: for all the compiler knows, what is stored may change the members.
    const ConvolutionOutput<T> output = output_;
    const std::int64_t width = extent_.width;
    const std::int64_t panels = block.panels;
    const float* sums = sums_ + tile * panels * kTileSize;
    const float* others = nullptr;
    if (!others_.empty()) {
      add_others(image, row, block);
      others = row_;
    }
    const bool below = kTilePixels * row + 1 < extent_.height;
    const std::int64_t first = (image * extent_.height + kTilePixels * row) * width;
    for (std::int64_t x = 0; x < width; x += kTilePixels) {
      const bool beside = x + 1 < width;
      for (std::int64_t panel = 0; panel < panels; ++panel, sums += kTileSize) {
        const std::int64_t channel = block.first_channel + panel * kChannelMultiple;
        PanelVector pixels[kTilePixels][kTilePixels];
        transform_output(sums, pixels);
        const auto bias =
            output.bias == nullptr ? hn::Zero(d) : hn::LoadU(d, output.bias + channel);
        const auto finish_pixel = [&](int i, int j) HWY_ATTR {
          const auto rest = others == nullptr
                                ? bias
                                : hn::LoadU(d, others + ((i * width + x + j) * panels + panel) *
                                                            kChannelMultiple);
          const std::int64_t pixel = first + i * width + x + j;
          finish(hn::Add(pixels[i][j], rest), pixel * output.channels + channel,
                 channel * output.panels.pixels + pixel * kChannelMultiple, output);
        };
        finish_pixel(0, 0);
        if (beside) {
          finish_pixel(0, 1);
        }
        if (below) {
          finish_pixel(1, 0);
        }
        if (beside && below) {
          finish_pixel(1, 1);
        }
      }
    }
  }

  const ConvolutionTerm& window_;
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

ConvolveTransformed<float> convolve_float() {
  return &convolve_of<float>;
}
ConvolveTransformed<Bf16> convolve_bf16() {
  return &convolve_of<Bf16>;
}
AddTransformedGradient add_gradient_kernel() {
  return &add_gradient;
}

#else

ConvolveTransformed<float> convolve_float() {
  return nullptr;
}
ConvolveTransformed<Bf16> convolve_bf16() {
  return nullptr;
}
AddTransformedGradient add_gradient_kernel() {
  return nullptr;
}

#endif

}  // namespace
}  // namespace firesweep::models::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace firesweep::models::engine {
namespace {

HWY_EXPORT(convolve_float);
HWY_EXPORT(convolve_bf16);
HWY_EXPORT(add_gradient_kernel);

}  // namespace

std::int64_t winograd_scratch(const ImageExtent& extent, std::int64_t in_channels) {
  const std::int64_t tiles = WinogradGrid(extent, kTilesOfBand).tiles_of_band();
  return kWinogradPlaces * tiles * (in_channels + kPanelsOfTile * kChannelMultiple) +
         2 * row_of_others(extent.width, kPanelsOfTile);
}

std::int64_t winograd_gradient_scratch(const ImageExtent& extent, std::int64_t in_channels) {
  const std::int64_t tiles = WinogradGrid(extent, kTilesOfGradientBand).tiles_of_band();
  return kWinogradPlaces * tiles * (in_channels + kChannelMultiple / 4);
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

void add_transformed_gradient(const Panels& output_gradient, const Panels& input,
                              const ImageExtent& extent, float* scratch, float* gradient) {
  HWY_DYNAMIC_DISPATCH(add_gradient_kernel)()(output_gradient, input, extent, scratch, gradient);
}

template void convolve_transformed(std::span<const ConvolutionTerm>, const ImageExtent&,
                                   const ConvolutionOutput<float>&, float*);
template void convolve_transformed(std::span<const ConvolutionTerm>, const ImageExtent&,
                                   const ConvolutionOutput<Bf16>&, float*);

}  // namespace firesweep::models::engine
#endif
