// The inner loops of the direct convolutions: sums of products in registers.
#include <cstddef>
#include <cstdint>

#include <hwy/highway.h>

#include "runners/engine/element.h"

#if defined(FIRESWEEP_MODELS_ENGINE_DIRECT_TILE_SUMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIRESWEEP_MODELS_ENGINE_DIRECT_TILE_SUMS_INL_H_
#undef FIRESWEEP_MODELS_ENGINE_DIRECT_TILE_SUMS_INL_H_
#else
#define FIRESWEEP_MODELS_ENGINE_DIRECT_TILE_SUMS_INL_H_
#endif

// Registers for 28 sums and what is multiplied: 32 of 16 floats.
#undef FIRESWEEP_HAS_TILES
#if HWY_ARCH_X86 && HWY_CAP_GE512
#define FIRESWEEP_HAS_TILES 1
#else
#define FIRESWEEP_HAS_TILES 0
#endif

#if FIRESWEEP_HAS_TILES
HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::FixedTag<float, kChannelMultiple>;
using PanelVector = hn::Vec<FloatTag>;

/// sums[image][pixel][panel] += inputs[image][pixel][c] * weights[c][panel], over one panel of
/// input channels; pixels before kFirst and the last kBeyond have no input. `inputs` points to the
/// input of pixel kFirst of the first image, the next pixel's lies kStride floats away, the next
/// image's `image_stride`.
template <int kImages, int kPixels, int kPanels, int kFirst, int kBeyond,
          int kStride = kChannelMultiple>
HWY_INLINE void add_panel(const float* HWY_RESTRICT inputs, std::int64_t image_stride,
                          const float* HWY_RESTRICT weights,
                          PanelVector (&sums)[kImages * kPixels * kPanels]) {
  const hn::FixedTag<float, kChannelMultiple> d;
  constexpr int kUnrolled = 2;  // channels
  for (int channel = 0; channel < kChannelMultiple; channel += kUnrolled) {
    HWY_UNROLL(2)
    for (int next = 0; next < kUnrolled; ++next) {
      PanelVector of_channel[kPanels];
      HWY_UNROLL(2)
      for (int panel = 0; panel < kPanels; ++panel) {
        of_channel[panel] = hn::LoadU(d, weights + (next * kPanels + panel) * kChannelMultiple);
      }
      HWY_UNROLL(16)
      for (int image = 0; image < kImages; ++image) {
        HWY_UNROLL(16)
        for (int pixel = kFirst; pixel < kPixels - kBeyond; ++pixel) {
          const PanelVector input =
              hn::Set(d, inputs[image * image_stride + (pixel - kFirst) * kStride + next]);
          HWY_UNROLL(2)
          for (int panel = 0; panel < kPanels; ++panel) {
            PanelVector& sum = sums[(image * kPixels + pixel) * kPanels + panel];
            sum = hn::MulAdd(input, of_channel[panel], sum);
          }
        }
      }
    }
    inputs += kUnrolled;
    weights += kUnrolled * kPanels * kChannelMultiple;
  }
}

/// sums[row][panel] = those of `gradient`, whose rows are `stride` floats apart.
template <int kRows, int kPanels>
HWY_INLINE void load_sums(const float* gradient, std::int64_t stride,
                          PanelVector (&sums)[kRows * kPanels]) {
  const hn::FixedTag<float, kChannelMultiple> d;
  HWY_UNROLL(16)
  for (int i = 0; i < kRows * kPanels; ++i) {
    sums[i] = hn::LoadU(d, gradient + i / kPanels * stride + i % kPanels * kChannelMultiple);
  }
}

/// The way back.
template <int kRows, int kPanels>
HWY_INLINE void store_sums(const PanelVector (&sums)[kRows * kPanels], float* gradient,
                           std::int64_t stride) {
  const hn::FixedTag<float, kChannelMultiple> d;
  HWY_UNROLL(16)
  for (int i = 0; i < kRows * kPanels; ++i) {
    hn::StoreU(sums[i], d, gradient + i / kPanels * stride + i % kPanels * kChannelMultiple);
  }
}

/// sums[row][panel] += rows[pixel][row] * columns[pixel][panel], over `pixels` pixels, kRowStride
/// and kColumnStride floats apart; the panels of columns are `panel_size` floats apart.
template <int kRows, int kPanels, int kRowStride = kChannelMultiple,
          int kColumnStride = kChannelMultiple>
HWY_INLINE void add_outer_products(const float* HWY_RESTRICT rows,
                                   const float* HWY_RESTRICT columns, std::int64_t panel_size,
                                   std::int64_t pixels, PanelVector (&sums)[kRows * kPanels]) {
  const hn::FixedTag<float, kChannelMultiple> d;
  for (const float* const end = rows + pixels * kRowStride; rows != end;
       rows += kRowStride, columns += kColumnStride) {
    PanelVector of_pixel[kPanels];
    HWY_UNROLL(2)
    for (int panel = 0; panel < kPanels; ++panel) {
      of_pixel[panel] = hn::LoadU(d, columns + panel * panel_size);
    }
    HWY_UNROLL(16)
    for (int row = 0; row < kRows; ++row) {
      const PanelVector factor = hn::Set(d, rows[row]);
      HWY_UNROLL(2)
      for (int panel = 0; panel < kPanels; ++panel) {
        PanelVector& sum = sums[row * kPanels + panel];
        sum = hn::MulAdd(factor, of_pixel[panel], sum);
      }
    }
  }
}

}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // FIRESWEEP_HAS_TILES

#endif  // FIRESWEEP_MODELS_ENGINE_DIRECT_TILE_SUMS_INL_H_
