// Confidence intervals of a mean, or of a mean difference of pairs: give the differences.
//
// It assumes that the values are independent draws from one distribution (seeds of one design), and
// that they are about normal. Measured coverage: docs/statistics.md.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace firesweep::reports::statistics {

/// Both ends belong to it. In the unit of the values; finite.
struct Interval {
  double low = 0.0;
  double high = 0.0;

  bool operator==(const Interval&) const = default;
};

enum class IntervalMethod {
  kStudentT,
  kConstant,  // all values are equal: the interval is that value
  kCrossed,   // over seeds and images: crossed_error.h
};

struct MeanInterval {
  std::size_t n = 0;
  double mean = 0.0;
  Interval interval;
  double confidence = 0.95;  // stated rate of coverage, two-sided
  IntervalMethod method = IntervalMethod::kStudentT;

  bool operator==(const MeanInterval&) const = default;
};

/// mean -/+ t * sd / sqrt(n), t with n - 1 degrees of freedom (Student 1908). Absent for n < 2 or
/// values that are not finite. Precondition: 0 < confidence < 1.
[[nodiscard]] std::optional<MeanInterval> t_interval(std::span<const double> values,
                                                     double confidence = 0.95);

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
