// Charts of the sweep as a whole.
#pragma once

#include "reports/charts/chart.h"

namespace firesweep::reports::charts {

/// The distribution of the designs' accuracies over the grid.
[[nodiscard]] Chart accuracy_distribution(const ChartInput& input);

/// The variance that each axis explains.
[[nodiscard]] Chart importance(const ChartInput& input);

}  // namespace firesweep::reports::charts
