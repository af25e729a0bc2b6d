// Distribution functions and their inverses.
#pragma once

namespace firesweep::reports::statistics {

/// P(Z <= z) for a standard normal Z.
[[nodiscard]] double normal_cdf(double z);
/// Inverse of normal_cdf. Precondition: 0 < p < 1.
[[nodiscard]] double normal_quantile(double p);
/// Precondition: 0 < p < 1, degrees_of_freedom > 0.
[[nodiscard]] double student_t_quantile(double p, double degrees_of_freedom);

}  // namespace firesweep::reports::statistics
