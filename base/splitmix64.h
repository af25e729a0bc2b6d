// The SplitMix64 random number function.
#pragma once

#include <cstdint>

namespace firesweep::base {

/// The increment of SplitMix64: 2^64 divided by the golden ratio.
inline constexpr std::uint64_t kGoldenGamma = 0x9E3779B97F4A7C15U;

/// SplitMix64's output for the state `x` (Steele, Lea and Flood 2014; the finaliser is Stafford's
/// Mix13).
[[nodiscard]] constexpr std::uint64_t splitmix64(std::uint64_t x) {
  x += kGoldenGamma;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31U);
}

}  // namespace firesweep::base
