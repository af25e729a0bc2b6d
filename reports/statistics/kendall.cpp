#include "reports/statistics/kendall.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace firesweep::reports::statistics {
namespace {

using Pair = std::pair<double, double>;

/// Pairs of neighbours-by-value in a sorted list that `same` calls tied.
template <typename Range, typename Same>
std::int64_t tied_pairs(const Range& sorted, Same same) {
  std::int64_t tied = 0;
  std::int64_t run = 0;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    run = same(sorted[i - 1], sorted[i]) ? run + 1 : 0;
    tied += run;
  }
  return tied;
}

/// Sorts by merging; returns the number of inverted pairs.
std::int64_t sort_counting_inversions(std::span<double> values, std::span<double> scratch) {
  if (values.size() < 2) {
    return 0;
  }
  const std::size_t middle = values.size() / 2;
  const auto left = values.first(middle);
  const auto right = values.subspan(middle);
  std::int64_t inversions =
      sort_counting_inversions(left, scratch) + sort_counting_inversions(right, scratch);
  std::size_t l = 0;
  std::size_t r = 0;
  for (std::size_t out = 0; out < values.size(); ++out) {
    if (r == right.size() || (l < left.size() && left[l] <= right[r])) {
      scratch[out] = left[l++];
    } else {
      scratch[out] = right[r++];
      inversions += static_cast<std::int64_t>(left.size() - l);
    }
  }
  std::ranges::copy(scratch.first(values.size()), values.begin());
  return inversions;
}

}  // namespace

std::optional<double> kendall_tau_b(std::span<const double> a, std::span<const double> b) {
  const auto is_nan = [](double value) { return std::isnan(value); };
  if (a.size() < 2 || std::ranges::any_of(a, is_nan) || std::ranges::any_of(b, is_nan)) {
    return std::nullopt;
  }
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < a.size(); ++i) {
    pairs.emplace_back(a[i], b[i]);
  }
  std::ranges::sort(pairs);
  const std::int64_t tied_in_a =
      tied_pairs(pairs, [](const Pair& x, const Pair& y) { return x.first == y.first; });
  const std::int64_t tied_in_both =
      tied_pairs(pairs, [](const Pair& x, const Pair& y) { return x == y; });
  std::vector<double> second;
  for (const Pair& pair : pairs) {
    second.push_back(pair.second);
  }
  std::vector<double> scratch(second.size());
  const std::int64_t discordant = sort_counting_inversions(second, scratch);
  const std::int64_t tied_in_b = tied_pairs(second, [](double x, double y) { return x == y; });
  const auto n = static_cast<std::int64_t>(a.size());
  const std::int64_t all = n * (n - 1) / 2;
  if (tied_in_a == all || tied_in_b == all) {
    return std::nullopt;
  }
  const std::int64_t concordant = all - tied_in_a - tied_in_b + tied_in_both - discordant;
  const double tau = static_cast<double>(concordant - discordant) /
                     std::sqrt(static_cast<double>(all - tied_in_a)) /
                     std::sqrt(static_cast<double>(all - tied_in_b));
  return std::clamp(tau, -1.0, 1.0);
}

}  // namespace firesweep::reports::statistics
