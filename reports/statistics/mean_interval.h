// Confidence intervals of a mean, or of a mean difference of pairs: give the differences.
//
// Both assume that the values are independent draws from one distribution (seeds of one design).
// No interval can cover what a few values did not show: with n = 2 or 3 the bootstrap interval is
// hardly more than the range of the values and is overconfident, while Student's keeps its coverage
// if the values are about normal. Measured coverage: docs/statistics.md.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "reports/statistics/resampling.h"

namespace firesweep::reports::statistics {

/// Both ends belong to it. In the unit of the values; finite.
struct Interval {
  double low = 0.0;
  double high = 0.0;

  bool operator==(const Interval&) const = default;
};

enum class IntervalMethod {
  kStudentT,
  kBca,
  kPercentile,  // what bca_interval() falls back to, see there
  kConstant,    // all values are equal: the interval is that value
  kCrossed,     // over seeds and images: crossed_error.h
};

struct MeanInterval {
  std::size_t n = 0;
  double mean = 0.0;
  Interval interval;
  double confidence = 0.95;  // stated rate of coverage, two-sided
  IntervalMethod method = IntervalMethod::kBca;
  Resampling resampling;  // count 0 where nothing was resampled

  bool operator==(const MeanInterval&) const = default;
};

/// mean -/+ t * sd / sqrt(n), t with n - 1 degrees of freedom (Student 1908). Absent for n < 2 or
/// values that are not finite. Precondition: 0 < confidence < 1.
[[nodiscard]] std::optional<MeanInterval> t_interval(std::span<const double> values,
                                                     double confidence = 0.95);

/// The bias-corrected and accelerated bootstrap: Efron, "Better bootstrap confidence intervals",
/// JASA 82, 1987; DiCiccio & Efron, "Bootstrap confidence intervals", Statistical Science 11(3),
/// 1996, section 2. Acceleration from the jackknife (their 6.6); resamples equal to the mean count
/// half in the bias correction. The ends are values of the bootstrap distribution, not
/// interpolated.
///
/// For n <= 7 all n^n resamples are enumerated, as multisets with multiplicities: then nothing is
/// random. Above, options.count are drawn. 20,000 samples of 5 take 0.1 s; drawing takes about 0.5
/// ms a sample, so callers with thousands of larger samples may want a count of 2,000.
///
/// Where the correction does not exist (no resample below the mean, or none above it; an
/// acceleration beyond its pole) the plain percentile interval is given, and `method` says so.
/// Absent for n < 2 or values that are not finite. Precondition: 0 < confidence < 1, count > 0.
[[nodiscard]] std::optional<MeanInterval> bca_interval(std::span<const double> values,
                                                       double confidence = 0.95,
                                                       const ResamplingOptions& options = {});

/// The middle of the resampled values: as many are cut off below as above (Efron 1979).
/// Preconditions: not empty, 0 < confidence < 1.
[[nodiscard]] Interval percentile_interval(std::vector<double> resampled, double confidence);

/// P(Z <= z) for a standard normal Z.
[[nodiscard]] double normal_cdf(double z);
/// Inverse of normal_cdf. Precondition: 0 < p < 1.
[[nodiscard]] double normal_quantile(double p);
/// Precondition: 0 < p < 1, degrees_of_freedom > 0.
[[nodiscard]] double student_t_quantile(double p, double degrees_of_freedom);

}  // namespace firesweep::reports::statistics
