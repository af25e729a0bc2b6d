// How the training engine stores numbers and lays out activations.
#pragma once

#include <bit>
#include <cstdint>

namespace firesweep::runners::engine {

/// A bfloat16 number: the upper half of an IEEE-754 binary32.
struct Bf16 {
  std::uint16_t bits = 0;
  bool operator==(const Bf16&) const = default;
};

/// Rounds to the nearest, ties to even; NaN stays NaN.
[[nodiscard]] constexpr Bf16 to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  constexpr std::uint32_t kInfinity = 0x7F800000;
  if ((bits & 0x7FFFFFFF) > kInfinity) {
    return {static_cast<std::uint16_t>((bits >> 16) | 0x40)};
  }
  return {static_cast<std::uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16)};
}

/// `count` consecutive floats as elements of T.
inline void convert(const float* values, std::int64_t count, float* converted) {
  for (std::int64_t i = 0; i < count; ++i) {
    converted[i] = values[i];
  }
}
inline void convert(const float* values, std::int64_t count, Bf16* converted) {
  for (std::int64_t i = 0; i < count; ++i) {
    converted[i] = to_bf16(values[i]);
  }
}

/// Activations are dense in memory as [N, H, W, C] (channels-last), C filled up with zeros to a
/// multiple of this: no vector is cut off, and no convolution meets an odd width.
inline constexpr std::int64_t kChannelMultiple = 16;

[[nodiscard]] constexpr std::int64_t padded_channels(std::int64_t channels) {
  return (channels + kChannelMultiple - 1) / kChannelMultiple * kChannelMultiple;
}

}  // namespace firesweep::runners::engine
