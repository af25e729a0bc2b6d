// Empirical distribution functions of points (Radosavovic, Johnson, Xie, Lo & Dollar, "On network
// design spaces for visual recognition", ICCV 2019, "Comparing distributions"): for every value the
// share of points that are at most that.
//
// A grid is no random sample: such a curve describes the points that were chosen. Say "over the
// grid" beside it. The bands treat points as if they had been drawn and are a help for the eye.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "reports/statistics/mean_interval.h"

namespace firesweep::reports::statistics {

/// From `value` on, `share` of the weight has been reached.
struct EdfStep {
  double value = 0.0;
  double share = 0.0;

  bool operator==(const EdfStep&) const = default;
};

/// Ascending, a step for each distinct value; the last share is exactly 1. `weights`: one for each
/// value, not negative; empty: all equal. Empty if there is no weight. Precondition: finite.
[[nodiscard]] std::vector<EdfStep> edf(std::span<const double> values,
                                       std::span<const double> weights = {});

/// The share at most `x`; 0 below the first step.
[[nodiscard]] double share_at(std::span<const EdfStep> steps, double x);

enum class SizeScale { kLinear, kLogarithmic };

/// Weights under which sizes are spread evenly ("Controlling for complexity", ibid.): the range of
/// sizes is cut into `bins` of equal width on the scale, and all bins that have points weigh the
/// same, shared equally by their points. They sum to 1. Empty for no size. Preconditions: finite
/// sizes, positive on a logarithmic scale; bins > 0.
[[nodiscard]] std::vector<double> size_normalised_weights(
    std::span<const double> sizes, std::size_t bins = 10,
    SizeScale scale = SizeScale::kLogarithmic);

/// The largest vertical distance of two functions (Kolmogorov 1933, Smirnov 1939): 0 for equal
/// ones, 1 for those that don't overlap. Absent if one is empty.
[[nodiscard]] std::optional<double> ks_distance(std::span<const EdfStep> a,
                                                std::span<const EdfStep> b);

struct EdfBand {
  std::vector<Interval> shares;  // one for each x
  double confidence = 0.95;      // at each x alone, not for the whole curve
  Resampling resampling;
};

inline constexpr ResamplingOptions kBandDraws = {.seed = kDefaultSeed, .count = 1'000};

/// Percentile bootstrap: points are drawn anew, with replacement, and keep their weights. Absent if
/// edf() is empty. Preconditions: those of edf(); `x` ascending; 0 < confidence < 1.
[[nodiscard]] std::optional<EdfBand> edf_band(std::span<const double> values,
                                              std::span<const double> weights,
                                              std::span<const double> x, double confidence = 0.95,
                                              const ResamplingOptions& options = kBandDraws);

}  // namespace firesweep::reports::statistics
