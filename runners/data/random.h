// Random numbers that depend only on a key: the same on every machine and with every standard
// library, regardless of earlier draws. (std::shuffle and the standard distributions are
// implementation-defined.)
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "base/splitmix64.h"

namespace firesweep::runners::data {

/// The purpose of a stream. Streams for different purposes never share numbers.
enum class Stream : std::uint64_t {
  kSplit = 1,
  kOrder = 2,
  kAugmentation = 3,
  kTorch = 4,
  kDropout = 5,
  // One per augmentation: to switch one on leaves the draws of the others as they were.
  kResizedCrop = 16,
  kColorOrder = 17,
  kBrightness = 18,
  kContrast = 19,
  kSaturation = 20,
  kHue = 21,
  kCutout = 22,
  kRandomErasing = 23
};

using base::splitmix64;

/// SplitMix64 keyed by purpose, seed and index (an epoch, a class, ...).
class RandomStream {
 public:
  RandomStream(Stream stream, std::uint64_t seed, std::uint64_t index)
      : state_(splitmix64(splitmix64(splitmix64(static_cast<std::uint64_t>(stream)) ^ seed) ^
                          index)) {}

  [[nodiscard]] std::uint64_t next() {
    const std::uint64_t value = splitmix64(state_);
    state_ += base::kGoldenGamma;
    return value;
  }

  /// Uniform in [0, bound), bound > 0, without bias: draws from the incomplete last part of the
  /// 64-bit range are rejected.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) {
    const std::uint64_t rejected = (0 - bound) % bound;  // 2^64 mod bound
    std::uint64_t value = next();
    while (value < rejected) {
      value = next();
    }
    return value % bound;
  }

  /// Uniform in [0, 1): a multiple of 2^-53.
  [[nodiscard]] double unit() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

 private:
  std::uint64_t state_;
};

/// Fisher-Yates.
template <typename T>
void shuffle(std::span<T> items, RandomStream& random) {
  for (std::size_t i = items.size(); i > 1; --i) {
    std::swap(items[i - 1], items[random.below(i)]);
  }
}

}  // namespace firesweep::runners::data
