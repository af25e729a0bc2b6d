// How the training engine stores numbers and lays out activations.
#pragma once

#include <cstdint>

namespace firesweep::models::engine {

/// A bfloat16 number: the upper half of an IEEE-754 binary32.
struct Bf16 {
  std::uint16_t bits = 0;
  bool operator==(const Bf16&) const = default;
};

/// Activations are dense in memory as [N, H, W, C] (channels-last), C filled up with zeros to a
/// multiple of this: no vector is cut off, and no convolution meets an odd width.
inline constexpr std::int64_t kChannelMultiple = 16;

[[nodiscard]] constexpr std::int64_t padded_channels(std::int64_t channels) {
  return (channels + kChannelMultiple - 1) / kChannelMultiple * kChannelMultiple;
}

}  // namespace firesweep::models::engine
