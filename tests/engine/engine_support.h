// Numbers, plain conversions and the choice of the processor's vectors for the tests of the
// kernels.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include <catch2/catch.hpp>
#include <hwy/targets.h>

#include "runners/engine/kernels.h"
#include "tests/support/skipped_tests.h"

namespace firesweep::tests {

using runners::engine::Bf16;

inline float as_float(float value) {
  return value;
}
inline float as_float(Bf16 value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16U);
}

/// The nearer of two neighbours, by distance; in a tie the one whose last bit is 0.
inline Bf16 nearest_bf16(float value) {
  if (std::isnan(value)) {
    return {0x7FC0};
  }
  const Bf16 below{static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16U)};
  if (as_float(below) == value) {
    return below;
  }
  const Bf16 above{static_cast<std::uint16_t>(below.bits + 1)};
  // Beyond the largest number, the next one would be 2^128.
  const double end = std::isinf(as_float(above)) ? std::copysign(std::ldexp(1.0, 128), value)
                                                 : static_cast<double>(as_float(above));
  const double to_below = std::abs(static_cast<double>(value) - as_float(below));
  const double to_above = std::abs(end - static_cast<double>(value));
  if (to_below == to_above) {
    return below.bits % 2 == 0 ? below : above;
  }
  return to_below < to_above ? below : above;
}

template <typename T>
T from_float(float value) {
  if constexpr (std::is_same_v<T, float>) {
    return value;
  } else {
    return nearest_bf16(value);
  }
}

/// Bit-identical, or both NaN.
template <typename T>
bool same(T a, T b) {
  const float x = as_float(a);
  const float y = as_float(b);
  return (std::isnan(x) && std::isnan(y)) ||
         std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
}

/// Equal numbers, or both NaN.
template <typename T>
bool equal(T a, T b) {
  const float x = as_float(a);
  const float y = as_float(b);
  return (std::isnan(x) && std::isnan(y)) || x == y;
}

/// The index of the first difference, or -1.
template <typename Values, typename Compare>
std::int64_t difference(const Values& a, const Values& b, Compare compare) {
  if (a.size() != b.size()) {
    return 0;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!compare(a[i], b[i])) {
      return static_cast<std::int64_t>(i);
    }
  }
  return -1;
}

/// Every fourth number is a special case, and many are equal.
template <typename T>
std::vector<T> awkward_numbers(std::int64_t count, std::uint32_t seed) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  const std::vector<float> awkward = {0.0F,           -0.0F, kInf,  -kInf,    std::nanf(""),
                                      -std::nanf(""), 1.0F,  -1.0F, 1.0e-40F, 3.0e38F};
  std::mt19937 random(seed);
  std::vector<T> numbers;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto draw = static_cast<std::uint32_t>(random());
    const float ordinary = static_cast<float>(static_cast<std::int32_t>(draw)) * 1.0e-9F;
    const float tied = static_cast<float>(draw % 7U) - 3.0F;
    const std::uint64_t kind = random() % 16U;
    numbers.push_back(from_float<T>(kind < 4U    ? awkward[draw % awkward.size()]
                                    : kind < 10U ? tied
                                                 : ordinary));
  }
  return numbers;
}

template <typename T>
std::vector<T> ordinary_numbers(std::int64_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<T> numbers;
  for (std::int64_t i = 0; i < count; ++i) {
    numbers.push_back(
        from_float<T>(static_cast<float>(static_cast<std::int32_t>(random())) * 1.0e-9F));
  }
  return numbers;
}

/// Runs `check` with each kind of vectors that is compiled in and that this processor has.
template <typename Check>
void on_every_target(const Check& check) {
  // Highway's targets are bits, compiled ones that this processor lacks are not run.
  const std::int64_t missing = HWY_TARGETS & ~hwy::SupportedTargets();
  for (std::int64_t rest = missing; rest != 0; rest &= rest - 1) {
    static_cast<void>(can_run(false, hwy::TargetName(rest & -rest)));
  }
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    INFO("target " << runners::engine::kernel_target());
    CHECK(std::string(runners::engine::kernel_target()) == hwy::TargetName(target));
    check();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace firesweep::tests
