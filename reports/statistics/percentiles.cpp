#include "reports/statistics/percentiles.h"

#include <algorithm>
#include <cstddef>

namespace firesweep::reports::statistics {

Interval percentile_interval(std::vector<double> resampled, double confidence) {
  std::ranges::sort(resampled);
  const std::size_t n = resampled.size();
  const auto tail = static_cast<std::size_t>((1.0 - confidence) / 2.0 * static_cast<double>(n));
  const std::size_t cut = std::min(tail, (n - 1) / 2);
  return {resampled[cut], resampled[n - 1 - cut]};
}

}  // namespace firesweep::reports::statistics
