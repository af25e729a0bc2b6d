// The sign-flip permutation test for paired differences: if the two sides were interchangeable,
// each difference could as well have had the other sign (Fisher 1935, section 21; Good,
// "Permutation, parametric and bootstrap tests of hypotheses", 2005, section 3.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "reports/statistics/resampling.h"

namespace firesweep::reports::statistics {

/// More draws than an interval needs would only serve p-values under 1e-4.
inline constexpr ResamplingOptions kSignFlipDraws = {.seed = kDefaultSeed, .count = 9'999};

/// Up to this many nonzero differences, every pattern of signs is counted.
inline constexpr std::size_t kMaxEnumeratedPairs = 32;

struct SignFlipTest {
  std::size_t n = 0;        // differences
  std::size_t nonzero = 0;  // those that have a sign to flip
  double p = 1.0;           // two-sided
  /// The minimum attainable p of this many nonzero differences, reached if all have one sign: 2 /
  /// 2^nonzero, and at least 1 / (draws + 1) where flips are drawn. If it is above alpha, the test
  /// cannot reject, whatever the truth.
  double min_p = 1.0;
  Resampling resampling;

  bool operator==(const SignFlipTest&) const = default;
};

/// Two-sided p for a mean difference of zero: the fraction of all sign patterns whose absolute mean
/// is at least the observed one. Exact up to kMaxEnumeratedPairs nonzero differences; above, (b +
/// 1) / (draws + 1), which is never too small (Phipson & Smyth 2010). Zero differences change
/// nothing. Absent for an empty list or values that are not finite. Precondition: options.count >
/// 0.
[[nodiscard]] std::optional<SignFlipTest> sign_flip_test(
    std::span<const double> differences, const ResamplingOptions& options = kSignFlipDraws);

/// The minimum attainable p of `pairs` pairs without ties: 2 / 2^pairs, and 1 for none. 5 pairs
/// reach 0.0625, 6 reach 0.03125.
[[nodiscard]] double min_sign_flip_p(std::size_t pairs);

}  // namespace firesweep::reports::statistics
