// All charts of the report. A new one is a function and an entry in all_charts().
#pragma once

#include <span>
#include <vector>

#include "reports/charts/chart.h"

namespace firesweep::reports::charts {

/// In the order of the page. "details" is the panel of one design, no section of its own.
[[nodiscard]] std::span<const Section> sections();
/// Charts that have something to show, in the order of the page.
[[nodiscard]] std::vector<Chart> all_charts(const ResultsTable& table, const Analysis& analysis);

}  // namespace firesweep::reports::charts
