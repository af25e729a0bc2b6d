#include "reports/statistics/resampling.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include <catch2/catch.hpp>

using firesweep::reports::statistics::Random;

TEST_CASE("draws are the same on every machine") {
  Random random(20160224);
  std::array<std::uint32_t, 8> drawn{};
  for (std::uint32_t& value : drawn) {
    value = random.below(1000);
  }
  CHECK(drawn == std::array<std::uint32_t, 8>{374, 417, 466, 868, 926, 121, 647, 861});
}

TEST_CASE("bounded draws stay below their bound and reach every value about equally often") {
  Random random(1);
  std::array<std::size_t, 7> counts{};
  for (int i = 0; i < 70'000; ++i) {
    ++counts.at(random.below(7));
  }
  for (const std::size_t count : counts) {
    CHECK(count > 9'600);  // 10,000 -/+ 4.3 standard deviations
    CHECK(count < 10'400);
  }
}

TEST_CASE("a bound of one leaves no choice") {
  Random random(2);
  CHECK(random.below(1) == 0);
}

TEST_CASE("a bound that divides badly is not biased towards low values") {
  // Without rejection the lower half would have two thirds of the draws.
  Random random(3);
  constexpr std::uint32_t kBound = 3U << 30U;
  std::size_t low = 0;
  for (int i = 0; i < 30'000; ++i) {
    low += random.below(kBound) % 3 == 0 ? 1 : 0;
  }
  CHECK(low > 9'600);
  CHECK(low < 10'400);
}
