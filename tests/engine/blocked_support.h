// Activations in the blocked layout, for the tests of the direct convolutions.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "runners/engine/direct/convolve.h"
#include "tests/engine/engine_support.h"

namespace firesweep::tests {

using Floats = std::vector<float>;

inline std::size_t size(std::int64_t count) {
  return static_cast<std::size_t>(count);
}

/// Whole numbers: sums of their products are exact, in any order.
inline Floats whole_numbers(std::int64_t count, std::uint32_t seed) {
  Floats numbers = ordinary_numbers<float>(count, seed);
  std::ranges::for_each(numbers, [](float& number) { number = std::nearbyint(2.0F * number); });
  return numbers;
}

/// [pixels, channels] and the same in the blocked layout.
struct Tensor {
  Tensor(std::int64_t pixels_, std::int64_t channels_, std::uint32_t seed)
      : pixels(pixels_),
        channels(channels_),
        values(whole_numbers(pixels_ * channels_, seed)),
        in_blocks(values.size()) {
    runners::engine::to_blocked(values.data(), pixels, blocked());
  }
  [[nodiscard]] runners::engine::BlockedTensor blocked() {
    return {in_blocks.data(), channels, pixels};
  }
  [[nodiscard]] float at(std::int64_t pixel, std::int64_t channel) const {
    return values[size(pixel * channels + channel)];
  }

  std::int64_t pixels;
  std::int64_t channels;
  Floats values;
  Floats in_blocks;
};

/// Runs `check` with each kind of vectors for which there are direct convolutions.
template <typename Check>
void where_there_are_direct_convolutions(const Check& check) {
  bool checked = false;
  on_every_target([&] {
    if (runners::engine::has_direct_convolutions()) {
      check();
      checked = true;
    }
  });
  static_cast<void>(can_run(checked, "AVX-512"));
}

}  // namespace firesweep::tests
