#include "reports/statistics/mcnemar.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace firesweep::reports::statistics {
namespace {

/// Of `n` fair coins exactly `k` heads. Factors and halves take turns, so that nothing overflows or
/// vanishes on the way. k <= n / 2.
double binomial_probability(std::size_t n, std::size_t k) {
  double value = 1.0;
  std::size_t halves = n;
  for (std::size_t i = 1; i <= k; ++i) {
    value *= static_cast<double>(n - k + i) / static_cast<double>(i);
    for (; value > 1.0 && halves > 0; --halves) {
      value *= 0.5;
    }
  }
  return std::ldexp(value, -static_cast<int>(std::min<std::size_t>(halves, 100'000)));
}

/// Of `n` fair coins at most `k` heads, relative to the probability of exactly k. k <= n / 2.
double lower_tail(std::size_t n, std::size_t k) {
  constexpr double kNegligible = 1e-18;
  double term = 1.0;
  double sum = 1.0;
  for (std::size_t i = k; i > 0 && term > kNegligible * sum; --i) {
    term *= static_cast<double>(i) / static_cast<double>(n - i + 1);
    sum += term;
  }
  return sum;
}

}  // namespace

McNemarTest mcnemar_test(std::size_t only_first, std::size_t only_second) {
  McNemarTest test{.only_first = only_first, .only_second = only_second};
  const std::size_t n = test.discordant();
  if (n == 0) {
    return test;
  }
  test.min_p = std::min(1.0, std::ldexp(2.0, -static_cast<int>(std::min<std::size_t>(n, 100'000))));
  const std::size_t rarer = std::min(only_first, only_second);
  const double exactly = binomial_probability(n, rarer);
  const double tail = exactly * lower_tail(n, rarer);
  if (only_first != only_second) {
    test.p = std::min(1.0, 2.0 * tail);
    test.mid_p = std::min(1.0, 2.0 * tail - exactly);
  } else {
    test.mid_p = 1.0 - 0.5 * exactly;
  }
  return test;
}

McNemarTest mcnemar_test(std::span<const std::uint64_t> first,
                         std::span<const std::uint64_t> second) {
  std::size_t only_first = 0;
  std::size_t only_second = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    only_first += static_cast<std::size_t>(std::popcount(first[i] & ~second[i]));
    only_second += static_cast<std::size_t>(std::popcount(second[i] & ~first[i]));
  }
  return mcnemar_test(only_first, only_second);
}

}  // namespace firesweep::reports::statistics
