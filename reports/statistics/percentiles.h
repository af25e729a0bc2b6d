// Percentile intervals of resampled statistics.
#pragma once

#include <vector>

#include "reports/statistics/mean_interval.h"

namespace firesweep::reports::statistics {

/// The middle of the resampled values: as many are cut off below as above (Efron 1979).
/// Preconditions: not empty, 0 < confidence < 1.
[[nodiscard]] Interval percentile_interval(std::vector<double> resampled, double confidence);

}  // namespace firesweep::reports::statistics
