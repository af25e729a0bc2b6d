// Empirical distribution functions over designs (Radosavovic, Johnson, Xie, Lo & Dollar, "On
// network design spaces for visual recognition", ICCV 2019, "Comparing distributions"): for every
// value the fraction of designs at or below it.
//
// A grid is not a random sample: such a curve describes the designs that were chosen. Write "over
// the grid" next to it. The bands treat designs as a random sample and are an aid for the eye.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "reports/statistics/mean_interval.h"
#include "reports/statistics/resampling.h"

namespace firesweep::reports::statistics {

/// From `value` on, `fraction` of the weight has been reached.
struct EdfStep {
  double value = 0.0;
  double fraction = 0.0;

  bool operator==(const EdfStep&) const = default;
};

/// Ascending, a step for each distinct value; the last fraction is exactly 1. `weights`: one for
/// each value, not negative; empty: all equal. Empty if there is no weight. Precondition: finite.
[[nodiscard]] std::vector<EdfStep> edf(std::span<const double> values,
                                       std::span<const double> weights = {});

/// The fraction at most `x`; 0 below the first step.
[[nodiscard]] double fraction_at(std::span<const EdfStep> steps, double x);

enum class SizeScale { kLinear, kLogarithmic };

/// Weights under which sizes are spread evenly ("Controlling for complexity", ibid.): the range of
/// sizes is cut into `bins` of equal width on the scale, and all bins that have designs weigh the
/// same, shared equally by their designs. They sum to 1. Empty for no size. Preconditions: finite
/// sizes, positive on a logarithmic scale; bins > 0.
[[nodiscard]] std::vector<double> size_normalised_weights(
    std::span<const double> sizes, std::size_t bins = 10,
    SizeScale scale = SizeScale::kLogarithmic);

/// The largest vertical distance of two functions (Kolmogorov 1933, Smirnov 1939): 0 for equal
/// ones, 1 for those that don't overlap. Absent if one is empty.
[[nodiscard]] std::optional<double> ks_distance(std::span<const EdfStep> a,
                                                std::span<const EdfStep> b);

struct EdfBand {
  std::vector<Interval> fractions;  // one for each x
  double confidence = 0.95;         // pointwise, not for the whole curve
  Resampling resampling;
};

inline constexpr ResamplingOptions kBandDraws = {.seed = kDefaultSeed, .count = 1'000};

/// Percentile bootstrap: designs are resampled with replacement and keep their weights. Absent if
/// edf() is empty. Preconditions: those of edf(); `x` ascending; 0 < confidence < 1.
[[nodiscard]] std::optional<EdfBand> edf_band(std::span<const double> values,
                                              std::span<const double> weights,
                                              std::span<const double> x, double confidence = 0.95,
                                              const ResamplingOptions& options = kBandDraws);

}  // namespace firesweep::reports::statistics
