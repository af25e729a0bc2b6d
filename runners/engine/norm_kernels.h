// Batch normalisation of activations, vectorised for the processor at run time. One thread each; T
// is float or Bf16, pixels are rows of padded channels. Differences from the mean are formed first,
// so that a mean that is large compared with the deviation costs no digits.
#pragma once

#include <cstdint>

#include "runners/engine/direct/blocked_layout.h"

namespace firesweep::runners::engine {

/// y = (x - mean) * scale + shift, [padded channels] each. Then, with `relu`, 0 where y is not
/// positive; NaN stays NaN.
struct NormForward {
  const float* mean = nullptr;
  const float* scale = nullptr;
  const float* shift = nullptr;
  bool relu = false;
};

/// The gradient of x: scale * g + slope * (x - mean) + offset, where g is the gradient of y, and 0
/// where the ReLU was inactive.
struct NormBackward {
  NormForward forward;
  const float* slope = nullptr;
  const float* offset = nullptr;
};

/// Floats per channel of a block's statistics: the first pixel; sums over the block's pixels of the
/// differences from it and of their squares.
inline constexpr std::int64_t kNormStatistics = 3;

/// statistics [kNormStatistics, channels] of `pixels` > 0 pixels.
template <typename T>
void norm_statistics(const T* values, std::int64_t pixels, std::int64_t channels,
                     float* statistics);

/// mean [channels], and the sum of squared differences from it, over all `blocks` blocks of
/// statistics [blocks, kNormStatistics, channels], which have `counts` [blocks] pixels each.
void norm_totals(const float* statistics, const double* counts, std::int64_t blocks,
                 std::int64_t channels, double* mean, double* squares);

/// output = y + addend; null: without. `output` may be one of the others.
template <typename T>
void norm_apply(const T* values, const T* addend, T* output, std::int64_t pixels,
                std::int64_t channels, const NormForward& norm);
/// The first `pixels` pixels of `blocked` = y, rounded to T.
template <typename T>
void norm_apply(const T* values, std::int64_t pixels, const BlockedTensor& blocked,
                const NormForward& norm);

/// sums [2, channels]: of g, and of g * (x - mean), where g is the gradient behind the ReLU's mask.
/// With `other`, the gradient is the sum of both, rounded to T, which is written to `total`.
template <typename T>
void norm_gradient_sums(const T* gradient, const T* other, T* total, const T* values,
                        std::int64_t pixels, std::int64_t channels, const NormForward& norm,
                        float* sums);

/// totals[i] = sum over `blocks` blocks of sums [blocks, count].
void norm_add_blocks(const float* sums, std::int64_t blocks, std::int64_t count, double* totals);

/// `result`: the gradient of x; may be `gradient`.
template <typename T>
void norm_backward(const T* gradient, const T* values, T* result, std::int64_t pixels,
                   std::int64_t channels, const NormBackward& norm);
/// The same into the first `pixels` pixels of `blocked`, rounded to T.
template <typename T>
void norm_backward(const T* gradient, const T* values, std::int64_t pixels,
                   const BlockedTensor& blocked, const NormBackward& norm);

}  // namespace firesweep::runners::engine
