// im2col into the blocked layout: the convolution becomes one with a 1x1 kernel.
#pragma once

#include <cstdint>

#include "runners/engine/direct/blocked_layout.h"

namespace firesweep::runners::engine {

struct BlockedIm2colShape {
  std::int64_t in_height = 0;
  std::int64_t in_width = 0;
  std::int64_t channels = 0;  // dense
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t out_height = 0;
  std::int64_t out_width = 0;

  /// Elements of a row: the inputs of one output pixel.
  [[nodiscard]] constexpr std::int64_t size() const { return kernel * kernel * channels; }
};

/// Rows that are gathered before they are written in the blocked layout.
inline constexpr std::int64_t kIm2colRowsTogether = 16;

/// Floats of one gathered row: up to a vector is written behind it.
[[nodiscard]] constexpr std::int64_t im2col_row_size(std::int64_t padded_channels) {
  return padded_channels + kChannelMultiple;
}
[[nodiscard]] constexpr std::int64_t im2col_scratch(std::int64_t padded_channels) {
  return kIm2colRowsTogether * im2col_row_size(padded_channels);
}

/// images [N, H, W, C] -> `pixels` rows [kernel, kernel, C], from output pixel `first` of the batch
/// on; zeros beyond the border, and up to the channels of `blocked`. T is float or
/// Bf16. `scratch` has im2col_scratch() floats. Only where has_direct_convolutions().
template <typename T>
void im2col_to_blocked(const T* images, const BlockedIm2colShape& shape, std::int64_t first,
                       std::int64_t pixels, const BlockedTensor& blocked, float* scratch);

}  // namespace firesweep::runners::engine
