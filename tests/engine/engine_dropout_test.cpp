// The engine's dropout: which elements it drops, what the others become, and its random numbers.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "runners/engine/kernels.h"
#include "tests/engine/engine_support.h"

namespace firesweep::tests {
namespace {

using runners::engine::dropout;

constexpr std::uint64_t kBlock = std::uint64_t{1} << 32U;

/// 1 where the stream keeps an element with probability one half, else -1.
std::vector<int> signs(std::uint64_t key, std::uint64_t first, std::int64_t count) {
  std::vector<float> values(static_cast<std::size_t>(count), 1.0F);
  dropout(values.data(), count, 0.5, key, first);
  std::vector<int> kept;
  for (const float value : values) {
    kept.push_back(value != 0.0F ? 1 : -1);
  }
  return kept;
}

/// For independent streams: normal, mean 0 and variance 1.
double correlation(const std::vector<int>& a, const std::vector<int>& b, std::size_t shift) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i + shift < a.size(); ++i) {
    sum += a[i] * b[i + shift];
  }
  return static_cast<double>(sum) / std::sqrt(static_cast<double>(a.size() - shift));
}

}  // namespace

TEMPLATE_TEST_CASE("dropout keeps as many as it should, and scales them", "[engine]", float, Bf16) {
  constexpr std::int64_t kCount = 200'000;
  const double probability = GENERATE(0.1, 0.5, 0.9);
  std::vector<TestType> values(kCount, from_float<TestType>(3.0F));
  dropout(values.data(), kCount, probability, 42, 0);
  const auto scaled = from_float<TestType>(3.0F * static_cast<float>(1.0 / (1.0 - probability)));
  std::int64_t kept = 0;
  std::int64_t strange = 0;
  for (const TestType value : values) {
    kept += same(value, scaled) ? 1 : 0;
    strange += same(value, scaled) || same(value, from_float<TestType>(0.0F)) ? 0 : 1;
  }
  const double expected = kCount * (1.0 - probability);
  CHECK(strange == 0);
  CHECK(std::abs(static_cast<double>(kept) - expected) < 5.0 * std::sqrt(expected * probability));
}

TEMPLATE_TEST_CASE("dropout is bit-identical with vectors of any width", "[engine]", float, Bf16) {
  const auto values = awkward_numbers<TestType>(1003, 1);
  auto expected = values;
  dropout(expected.data(), 1003, 0.3, 9, kBlock - 500);
  on_every_target([&] {
    auto dropped = values;
    dropout(dropped.data(), 1003, 0.3, 9, kBlock - 500);
    CHECK(difference(dropped, expected, same<TestType>) == -1);
  });
}

TEMPLATE_TEST_CASE("dropout in parts is dropout of the whole", "[engine]", float, Bf16) {
  const std::uint64_t first = GENERATE(std::uint64_t{0}, kBlock - 100, 3 * kBlock - 37);
  const auto values = ordinary_numbers<TestType>(300, 2);
  auto whole = values;
  dropout(whole.data(), 300, 0.5, 7, first);
  auto parts = values;
  dropout(parts.data(), 37, 0.5, 7, first);
  dropout(parts.data() + 37, 0, 0.5, 7, first + 37);
  dropout(parts.data() + 37, 263, 0.5, 7, first + 37);
  CHECK(difference(parts, whole, same<TestType>) == -1);
}

TEST_CASE("dropout's numbers are pinned, so that a run repeats on any machine", "[engine]") {
  std::uint32_t pattern = 0;
  for (const int sign : signs(1, 0, 32)) {
    pattern = pattern * 2 + (sign > 0 ? 1U : 0U);
  }
  CHECK(pattern == 0x0E124BA7U);
}

TEST_CASE("streams of different keys and blocks do not resemble each other", "[engine]") {
  constexpr std::int64_t kCount = 100'000;
  const auto stream = signs(1, 0, kCount);
  const std::vector<std::vector<int>> others = {
      signs(2, 0, kCount),          signs(3, 0, kCount),      signs(kBlock, 0, kCount),
      signs(kBlock + 1, 0, kCount), signs(1, kBlock, kCount), signs(1, 2 * kBlock, kCount)};
  for (std::size_t shift = 0; shift <= 20; ++shift) {
    INFO("shifted by " << shift);
    if (shift > 0) {
      CHECK(std::abs(correlation(stream, stream, shift)) < 5.0);
    }
    for (const auto& other : others) {
      CHECK(std::abs(correlation(stream, other, shift)) < 5.0);
    }
  }
}

TEST_CASE("dropout multiplies, so that NaN and infinity stay visible", "[engine]") {
  const float inf = std::numeric_limits<float>::infinity();
  std::vector<float> values = {1.0F, inf, std::nanf(""), -2.0F};
  dropout(values.data(), 4, 1.0, 1, 0);
  CHECK(same(values[0], 0.0F));
  CHECK(std::isnan(values[1]));
  CHECK(std::isnan(values[2]));
  CHECK(same(values[3], -0.0F));
}

TEST_CASE("dropout of probability 0 changes nothing", "[engine]") {
  const auto values = awkward_numbers<float>(100, 3);
  auto dropped = values;
  dropout(dropped.data(), 100, 0.0, 1, 0);
  CHECK(difference(dropped, values, same<float>) == -1);
}

}  // namespace firesweep::tests
