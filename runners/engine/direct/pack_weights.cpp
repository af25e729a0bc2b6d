#include <algorithm>

#include "runners/engine/direct/convolve.h"
#include "runners/engine/direct/tiles.h"

namespace firesweep::runners::engine {

namespace {

/// One block of output channels from one block of input channels of one tap, transposed.
void transpose_block(const float* from, std::int64_t from_stride, float* to,
                     std::int64_t to_stride) {
  for (std::int64_t in = 0; in < kChannelMultiple; ++in) {
    for (std::int64_t out = 0; out < kChannelMultiple; ++out) {
      to[in * to_stride + out] = from[out * from_stride + in];
    }
  }
}

}  // namespace

void pack_weights(const PlainWeights& weights, float* packed) {
  const std::int64_t taps = weights.taps();
  const std::int64_t row = taps * weights.in_channels;
  for (const BlockRange range : block_ranges(weights.out_channels)) {
    const std::int64_t width = range.blocks * kChannelMultiple;
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      for (std::int64_t in = 0; in < weights.in_channels; in += kChannelMultiple) {
        for (std::int64_t out = 0; out < width; out += kChannelMultiple) {
          transpose_block(
              weights.data + (range.first_channel + out) * row + tap * weights.in_channels + in,
              row, packed + out, width);
        }
        packed += kChannelMultiple * width;
      }
    }
  }
}

void pack_weights_backward(const PlainWeights& weights, float* packed) {
  const std::int64_t taps = weights.taps();
  for (const BlockRange range : block_ranges(weights.in_channels)) {
    const std::int64_t width = range.blocks * kChannelMultiple;
    for (std::int64_t tap = taps; tap-- > 0;) {  // the kernel is mirrored
      for (std::int64_t out = 0; out < weights.out_channels; ++out) {
        packed = std::copy_n(
            weights.data + (out * taps + tap) * weights.in_channels + range.first_channel, width,
            packed);
      }
    }
  }
}

}  // namespace firesweep::runners::engine
