// Activations of a few images in the blocked layout (nChw16c) that direct convolutions read.
#pragma once

#include <cstdint>

#include "runners/engine/element.h"

namespace firesweep::runners::engine {

/// Images that are processed together: [N, H, W].
struct ImageExtent {
  std::int64_t images = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;

  [[nodiscard]] constexpr std::int64_t pixels() const { return images * height * width; }
};

/// A view of fp32 numbers in the blocked layout: blocks of kChannelMultiple channels,
/// [C / 16, N, H, W, 16]. A pixel's neighbours are a constant distance away, whatever the number of
/// channels, and a kernel reads consecutive memory of a block. Aligned to 64 bytes.
struct BlockedTensor {
  float* data = nullptr;
  std::int64_t channels = 0;  // padded
  std::int64_t pixels = 0;    // of each block

  [[nodiscard]] constexpr std::int64_t block_size() const { return pixels * kChannelMultiple; }
  [[nodiscard]] constexpr std::int64_t size() const { return pixels * channels; }
  /// The view from another pixel on.
  [[nodiscard]] BlockedTensor from(std::int64_t pixel) const {
    return {data + pixel * kChannelMultiple, channels, pixels};
  }
  [[nodiscard]] float* block(std::int64_t first_channel) const {
    return data + first_channel / kChannelMultiple * block_size();
  }
};

/// values [pixels, C] -> the first `pixels` pixels of `blocked`. T is float or Bf16.
template <typename T>
void to_blocked(const T* values, std::int64_t pixels, const BlockedTensor& blocked);

/// The same of a gradient, but 0 where `relu_output` is not positive.
template <typename T>
void to_blocked_with_relu_mask(const T* gradient, const T* relu_output, std::int64_t pixels,
                               const BlockedTensor& blocked);

/// sums[c] += sum over the first `pixels` pixels.
void add_channel_sums(const BlockedTensor& blocked, std::int64_t pixels, float* sums);

}  // namespace firesweep::runners::engine
