// Charts over the values of an axis.
#pragma once

#include <cstddef>

#include "reports/charts/chart.h"

namespace firesweep::reports::charts {

/// Accuracy over the values of one axis, with the size of the model next to it, like figure 3 of
/// Iandola et al. (arXiv 1602.07360). Precondition: `axis` varies. `number` makes the id unique.
[[nodiscard]] Chart axis_panel(const ChartInput& input, const AxisView& axis, std::size_t number);

/// The values of one axis: lines join designs that differ in nothing else. Precondition: an axis
/// varies.
[[nodiscard]] Chart comparison(const ChartInput& input);

}  // namespace firesweep::reports::charts
