// The inner loops of the direct convolutions: sums of products in registers.
#include <cstddef>
#include <cstdint>

#include <hwy/highway.h>

#include "runners/engine/element.h"

#if defined(FIRESWEEP_ENGINE_DIRECT_TILE_SUMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIRESWEEP_ENGINE_DIRECT_TILE_SUMS_INL_H_
#undef FIRESWEEP_ENGINE_DIRECT_TILE_SUMS_INL_H_
#else
#define FIRESWEEP_ENGINE_DIRECT_TILE_SUMS_INL_H_
#endif

// Registers for 28 sums and their factors: 32 of 16 floats.
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
using BlockVector = hn::Vec<FloatTag>;

/// sums[image][pixel][block] += inputs[image][pixel][c] * weights[c][block], over one block of
/// input channels; pixels before kFirst and the last kBeyond have no input. `inputs` points to the
/// input of pixel kFirst of the first image, the next pixel's is kStride floats away, the next
/// image's `image_stride`.
template <int kImages, int kPixels, int kBlocks, int kFirst, int kBeyond,
          int kStride = kChannelMultiple>
HWY_INLINE void add_channel_block(const float* HWY_RESTRICT inputs, std::int64_t image_stride,
                                  const float* HWY_RESTRICT weights,
                                  BlockVector (&sums)[kImages * kPixels * kBlocks]) {
  const hn::FixedTag<float, kChannelMultiple> d;
  constexpr int kUnrolled = 2;  // channels
  for (int channel = 0; channel < kChannelMultiple; channel += kUnrolled) {
    HWY_UNROLL(2)
    for (int next = 0; next < kUnrolled; ++next) {
      BlockVector of_channel[kBlocks];
      HWY_UNROLL(2)
      for (int block = 0; block < kBlocks; ++block) {
        of_channel[block] = hn::LoadU(d, weights + (next * kBlocks + block) * kChannelMultiple);
      }
      HWY_UNROLL(16)
      for (int image = 0; image < kImages; ++image) {
        HWY_UNROLL(16)
        for (int pixel = kFirst; pixel < kPixels - kBeyond; ++pixel) {
          const BlockVector input =
              hn::Set(d, inputs[image * image_stride + (pixel - kFirst) * kStride + next]);
          HWY_UNROLL(2)
          for (int block = 0; block < kBlocks; ++block) {
            BlockVector& sum = sums[(image * kPixels + pixel) * kBlocks + block];
            sum = hn::MulAdd(input, of_channel[block], sum);
          }
        }
      }
    }
    inputs += kUnrolled;
    weights += kUnrolled * kBlocks * kChannelMultiple;
  }
}

/// sums[row][block] = those of `gradient`, whose rows are `stride` floats apart.
template <int kRows, int kBlocks>
HWY_INLINE void load_sums(const float* gradient, std::int64_t stride,
                          BlockVector (&sums)[kRows * kBlocks]) {
  const hn::FixedTag<float, kChannelMultiple> d;
  HWY_UNROLL(16)
  for (int i = 0; i < kRows * kBlocks; ++i) {
    sums[i] = hn::LoadU(d, gradient + i / kBlocks * stride + i % kBlocks * kChannelMultiple);
  }
}

/// The inverse.
template <int kRows, int kBlocks>
HWY_INLINE void store_sums(const BlockVector (&sums)[kRows * kBlocks], float* gradient,
                           std::int64_t stride) {
  const hn::FixedTag<float, kChannelMultiple> d;
  HWY_UNROLL(16)
  for (int i = 0; i < kRows * kBlocks; ++i) {
    hn::StoreU(sums[i], d, gradient + i / kBlocks * stride + i % kBlocks * kChannelMultiple);
  }
}

/// sums[row][block] += rows[pixel][row] * columns[pixel][block], over `pixels` pixels, kRowStride
/// and kColumnStride floats apart; the blocks of columns are `block_size` floats apart.
template <int kRows, int kBlocks, int kRowStride = kChannelMultiple,
          int kColumnStride = kChannelMultiple>
HWY_INLINE void add_outer_products(const float* HWY_RESTRICT rows,
                                   const float* HWY_RESTRICT columns, std::int64_t block_size,
                                   std::int64_t pixels, BlockVector (&sums)[kRows * kBlocks]) {
  const hn::FixedTag<float, kChannelMultiple> d;
  for (const float* const end = rows + pixels * kRowStride; rows != end;
       rows += kRowStride, columns += kColumnStride) {
    BlockVector of_pixel[kBlocks];
    HWY_UNROLL(2)
    for (int block = 0; block < kBlocks; ++block) {
      of_pixel[block] = hn::LoadU(d, columns + block * block_size);
    }
    HWY_UNROLL(16)
    for (int row = 0; row < kRows; ++row) {
      const BlockVector factor = hn::Set(d, rows[row]);
      HWY_UNROLL(2)
      for (int block = 0; block < kBlocks; ++block) {
        BlockVector& sum = sums[row * kBlocks + block];
        sum = hn::MulAdd(factor, of_pixel[block], sum);
      }
    }
  }
}

}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // FIRESWEEP_HAS_TILES

#endif  // FIRESWEEP_ENGINE_DIRECT_TILE_SUMS_INL_H_
