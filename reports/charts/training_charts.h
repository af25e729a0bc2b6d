// Charts of the course of training.
#pragma once

#include "reports/charts/chart.h"

namespace firesweep::reports::charts {

[[nodiscard]] Chart learning_curves(const ChartInput& input);
/// How early the designs' order is known.
[[nodiscard]] Chart rank_agreement(const ChartInput& input);
/// In the panel of one design.
[[nodiscard]] Chart design_curves(const ChartInput& input);
/// Which worker trained which trial when.
[[nodiscard]] Chart timeline(const ChartInput& input);

}  // namespace firesweep::reports::charts
