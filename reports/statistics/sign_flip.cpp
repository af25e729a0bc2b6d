#include "reports/statistics/sign_flip.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace firesweep::reports::statistics {
namespace {

/// Sums that differ by less, relative to the sum of absolute values, are equal but for rounding.
constexpr double kSumRounding = 1e-12;

/// The signed sums of all sign patterns, ascending.
std::vector<double> signed_sums(std::span<const double> values) {
  std::vector<double> sums = {0.0};
  std::vector<double> lower;
  std::vector<double> higher;
  for (const double value : values) {
    lower.clear();
    higher.clear();
    for (const double sum : sums) {
      lower.push_back(sum - value);
      higher.push_back(sum + value);
    }
    sums.resize(2 * lower.size());
    std::ranges::merge(lower, higher, sums.begin());
  }
  return sums;
}

/// How many sign patterns have a sum of at least `bound`: pairs of half sums, one list walked
/// upwards while the other is walked downwards.
std::uint64_t patterns_reaching(std::span<const double> magnitudes, double bound) {
  const std::size_t middle = magnitudes.size() / 2;
  const std::vector<double> first = signed_sums(magnitudes.first(middle));
  const std::vector<double> second = signed_sums(magnitudes.subspan(middle));
  std::uint64_t patterns = 0;
  std::size_t start = second.size();
  for (const double sum : first) {
    while (start > 0 && sum + second[start - 1] >= bound) {
      --start;
    }
    patterns += second.size() - start;
  }
  return patterns;
}

/// The signed sums of up to eight magnitudes under every pattern of signs: bit k set adds the k-th.
std::array<double, 256> pattern_sums(std::span<const double> magnitudes) {
  std::array<double, 256> sums{};
  for (std::size_t pattern = 0; pattern < sums.size(); ++pattern) {
    for (std::size_t k = 0; k < magnitudes.size(); ++k) {
      sums[pattern] += (pattern >> k & 1U) != 0 ? magnitudes[k] : -magnitudes[k];
    }
  }
  return sums;
}

/// Eight differences at a time for all draws: a look-up instead of eight additions, in a table that
/// stays in the first-level cache.
std::uint64_t draws_reaching(std::span<const double> magnitudes, double bound,
                             const ResamplingOptions& options) {
  Random random(options.seed);
  std::vector<double> sums(options.count, 0.0);
  for (std::size_t begin = 0; begin < magnitudes.size(); begin += 8) {
    const std::size_t size = std::min<std::size_t>(8, magnitudes.size() - begin);
    const std::array<double, 256> table = pattern_sums(magnitudes.subspan(begin, size));
    std::uint64_t patterns = 0;
    for (std::size_t draw = 0; draw < sums.size(); ++draw) {
      patterns = draw % 8 == 0 ? random.bits() : patterns >> 8U;
      sums[draw] += table[patterns & 0xffU];
    }
  }
  return static_cast<std::uint64_t>(
      std::ranges::count_if(sums, [bound](double sum) { return std::abs(sum) >= bound; }));
}

}  // namespace

double min_sign_flip_p(std::size_t pairs) {
  // Below the smallest double there is no use in counting.
  return pairs == 0 ? 1.0
                    : std::ldexp(1.0, 1 - static_cast<int>(std::min<std::size_t>(pairs, 1000)));
}

std::optional<SignFlipTest> sign_flip_test(std::span<const double> differences,
                                           const ResamplingOptions& options) {
  if (differences.empty() ||
      !std::ranges::all_of(differences, [](double d) { return std::isfinite(d); })) {
    return std::nullopt;
  }
  std::vector<double> sorted(differences.begin(), differences.end());
  std::erase(sorted, 0.0);
  std::ranges::sort(sorted, {}, [](double d) { return std::pair(std::abs(d), d); });
  double sum = 0.0;
  double magnitude = 0.0;
  std::vector<double> magnitudes;
  for (const double difference : sorted) {
    sum += difference;
    magnitudes.push_back(std::abs(difference));
    magnitude += magnitudes.back();
  }
  if (!std::isfinite(magnitude)) {
    return std::nullopt;
  }
  SignFlipTest test{
      .n = differences.size(), .nonzero = sorted.size(), .p = 1.0, .min_p = 1.0, .resampling = {}};
  test.min_p = min_sign_flip_p(test.nonzero);
  const double bound = std::abs(sum) - kSumRounding * magnitude;
  if (test.nonzero <= kMaxEnumeratedPairs) {
    const std::uint64_t patterns = std::uint64_t{1} << test.nonzero;
    test.resampling = {.exact = true, .seed = 0, .count = patterns};
    if (bound > 0.0) {  // else every pattern is at least as far from zero
      // The distribution is symmetric: the other tail has as many.
      const auto reaching = static_cast<double>(2 * patterns_reaching(magnitudes, bound));
      test.p = reaching / static_cast<double>(patterns);
    }
    return test;
  }
  test.resampling = {.exact = false, .seed = options.seed, .count = options.count};
  const auto draws = static_cast<double>(options.count);
  test.p = (static_cast<double>(draws_reaching(magnitudes, bound, options)) + 1.0) / (draws + 1.0);
  test.min_p = std::max(test.min_p, 1.0 / (draws + 1.0));
  return test;
}

}  // namespace firesweep::reports::statistics
