// How often intervals of a mean contain the true mean.
#pragma once

#include <cstddef>
#include <cstdint>

#include "reports/statistics/resampling.h"

namespace firesweep::bench {

enum class Population {
  kNormal,     // mean 0, deviation 1
  kLogNormal,  // exp of it: skewness 6.2
  kAccuracy,   // fraction of right answers on 100 images, 95 % each: skewed, with many ties
};

/// Fractions of the runs, each a new sample.
struct Coverage {
  double bca = 0.0;
  double student = 0.0;
  /// Mean widths of the intervals, in deviations of the population.
  double bca_width = 0.0;
  double student_width = 0.0;
};

/// 95 % intervals of samples of `n` values. An interval that does not exist counts as not
/// containing the mean.
[[nodiscard]] Coverage simulate_coverage(Population population, std::size_t n, std::size_t runs,
                                         const reports::statistics::ResamplingOptions& options);

}  // namespace firesweep::bench
