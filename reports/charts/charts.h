// All charts of the report. A new one is a function and an entry in all_charts().
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "reports/charts/chart.h"

namespace firesweep::reports::charts {

[[nodiscard]] Chart accuracy_size(const ChartInput& input);
/// Precondition: an axis varies.
[[nodiscard]] Chart comparison(const ChartInput& input);
/// Precondition: `axis` varies. `number` tells the panels' ids apart.
[[nodiscard]] Chart axis_panel(const ChartInput& input, const AxisView& axis, std::size_t number);
[[nodiscard]] Chart accuracy_distribution(const ChartInput& input);
[[nodiscard]] Chart importance(const ChartInput& input);
[[nodiscard]] Chart parallel(const ChartInput& input);
[[nodiscard]] Chart learning_curves(const ChartInput& input);
[[nodiscard]] Chart rank_agreement(const ChartInput& input);
/// In the panel of one design.
[[nodiscard]] Chart design_curves(const ChartInput& input);
[[nodiscard]] Chart timeline(const ChartInput& input);

/// In the order of the page. "details" is the panel of one design, no section of its own.
[[nodiscard]] std::span<const Section> sections();
/// Charts that have something to show, in the order of the page.
[[nodiscard]] std::vector<Chart> all_charts(const ResultsTable& table, const Analysis& analysis);

}  // namespace firesweep::reports::charts
