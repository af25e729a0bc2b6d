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

/// Up to so many nonzero differences every pattern of signs is counted.
inline constexpr std::size_t kMostEnumeratedPairs = 32;

struct SignFlipTest {
  std::size_t n = 0;        // differences
  std::size_t nonzero = 0;  // those that have a sign to flip
  double p = 1.0;           // two-sided
  /// The least p that this many nonzero differences could have had, were they all of one sign: 2 /
  /// 2^nonzero, and no less than 1 / (draws + 1) where flips are drawn. If this is above alpha, the
  /// test could not have rejected, whatever the truth.
  double smallest_p = 1.0;
  Resampling resampling;

  bool operator==(const SignFlipTest&) const = default;
};

/// Two-sided p for a mean difference of zero: the share of all sign patterns whose absolute mean is
/// at least the observed one. Exact up to kMostEnumeratedPairs nonzero
/// differences; above, (b + 1) / (draws + 1),
/// which is never too small (Phipson & Smyth 2010). Zero differences change nothing. Absent for an
/// empty list or values that are not finite. Precondition: options.count > 0.
[[nodiscard]] std::optional<SignFlipTest> sign_flip_test(
    std::span<const double> differences, const ResamplingOptions& options = kSignFlipDraws);

/// The least p that `pairs` pairs can reach if none of them ties: 2 / 2^pairs, and 1 for none. For
/// plans: 5 pairs reach 0.0625, 6 reach 0.03125.
[[nodiscard]] double smallest_sign_flip_p(std::size_t pairs);

}  // namespace firesweep::reports::statistics
