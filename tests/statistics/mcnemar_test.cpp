#include "reports/statistics/mcnemar.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <catch2/catch.hpp>

#include "reports/statistics/resampling.h"

using firesweep::reports::statistics::mcnemar_test;
using firesweep::reports::statistics::McNemarTest;
using firesweep::reports::statistics::Random;

namespace {

/// The tail as it is defined, term by term with logarithms.
double by_definition(std::size_t b, std::size_t c) {
  const auto n = static_cast<double>(b + c);
  double tail = 0.0;
  for (std::size_t k = 0; k <= std::min(b, c); ++k) {
    const auto i = static_cast<double>(k);
    tail += std::exp(std::lgamma(n + 1.0) - std::lgamma(i + 1.0) - std::lgamma(n - i + 1.0) -
                     n * std::log(2.0));
  }
  return std::min(1.0, 2.0 * tail);
}

}  // namespace

TEST_CASE("McNemar's p is that of the binomial distribution") {
  struct Case {
    std::size_t b;
    std::size_t c;
    double p;  // scipy.stats.binomtest(b, b + c).pvalue, SciPy 1.10.1
    double mid_p;
  };
  const auto [b, c, p, mid_p] = GENERATE(values<Case>(
      {{1, 9, 22.0 / 1024.0, 12.0 / 1024.0},  // 2 (1 + 10) / 2^10, and without one of the two 10
       {0, 5, 0.0625, 0.03125},
       {0, 6, 0.03125, 0.015625},
       {3, 3, 1.0, 1.0 - 10.0 / 64.0},  // 20 of 64 orders are of this kind
       {5, 6, 1.0, 0.7744140625},
       {25, 10, 0.016673847800120715, 0.011330984183587134},
       {150, 86, 3.715936139571387e-05, 2.8933895176154288e-05},
       {1200, 1100, 0.03896685268382056, 0.037074406338548554}}));
  CAPTURE(b, c);
  CHECK(mcnemar_test(b, c).p == Approx(p).epsilon(1e-10));
  CHECK(mcnemar_test(b, c).mid_p == Approx(mid_p).epsilon(1e-10));
  CHECK(mcnemar_test(c, b).p == mcnemar_test(b, c).p);  // to the bit
  CHECK(mcnemar_test(b, c).p == Approx(by_definition(b, c)).epsilon(1e-8));
}

TEST_CASE("Without discordant images nothing can differ, and few of them reach no small p") {
  CHECK(mcnemar_test(0, 0) == McNemarTest{});
  CHECK(mcnemar_test(0, 1).p == 1.0);
  CHECK(mcnemar_test(0, 1).min_p == 1.0);
  CHECK(mcnemar_test(2, 3).min_p == 0.0625);
  CHECK(mcnemar_test(3, 3).min_p == 0.03125);
}

TEST_CASE("Many discordant images of one kind give a p that is small and no error") {
  CHECK(mcnemar_test(0, 1000).p == std::ldexp(1.0, -999));
  CHECK(mcnemar_test(30, 5000).p < 1e-300);
  CHECK(mcnemar_test(0, 1'000'000).p >= 0.0);
  CHECK(mcnemar_test(500'000, 500'001).p == Approx(1.0));
}

TEST_CASE("Images that one network has right and the other wrong are counted, on both sides") {
  // Images 0 to 127: the first has 0 to 69 right, the second 4 to 100.
  const std::array<std::uint64_t, 2> first{~std::uint64_t{0}, 0x3F};
  const std::array<std::uint64_t, 2> second{~std::uint64_t{0xF}, (std::uint64_t{1} << 37) - 1};
  const McNemarTest test = mcnemar_test(first, second);
  CHECK(test.only_first == 4);
  CHECK(test.only_second == 31);
  CHECK(test == mcnemar_test(4, 31));
}

TEST_CASE("Of two networks that are equally good at most 5 % are told apart") {
  Random random(20160224);
  std::size_t rejected = 0;
  std::size_t rejected_mid = 0;
  constexpr std::size_t kRuns = 4'000;
  for (std::size_t run = 0; run < kRuns; ++run) {
    std::size_t b = 0;
    std::size_t c = 0;
    for (std::size_t image = 0; image < 240; ++image) {
      const std::uint32_t draw = random.below(100);  // 6 % of the images of each kind
      b += draw < 6 ? 1U : 0U;
      c += draw >= 94 ? 1U : 0U;
    }
    const McNemarTest test = mcnemar_test(b, c);
    rejected += test.p <= 0.05 ? 1U : 0U;
    rejected_mid += test.mid_p <= 0.05 ? 1U : 0U;
  }
  const auto fraction = [](std::size_t count) { return static_cast<double>(count) / kRuns; };
  CHECK(fraction(rejected) < 0.05);
  CHECK(fraction(rejected) > 0.02);  // it is a test, not a refusal
  CHECK(fraction(rejected_mid) > fraction(rejected));
  CHECK(fraction(rejected_mid) < 0.06);
}
