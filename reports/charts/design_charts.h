// Charts with a mark or line per design.
#pragma once

#include "reports/charts/chart.h"

namespace firesweep::reports::charts {

/// Accuracy against size: every design, its interval, and the Pareto front.
[[nodiscard]] Chart accuracy_size(const ChartInput& input);

/// Parallel coordinates: a line per design through its values. Axes with one value are left out.
[[nodiscard]] Chart parallel(const ChartInput& input);

}  // namespace firesweep::reports::charts
