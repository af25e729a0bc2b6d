// All charts of the report. A new one is a function and an entry in all_charts().
#pragma once

#include <span>
#include <string>
#include <vector>

#include "reports/charts/chart.h"

namespace firesweep::reports::charts {

/// How the ends of error bars were made, in words: "one standard error to each side".
[[nodiscard]] std::string interval_words();

[[nodiscard]] Chart accuracy_size(const ChartInput& input);

/// In the order of the page. "details" is the panel of one design, no section of its own.
[[nodiscard]] std::span<const Section> sections();
/// Charts that have something to show, in the order of the page.
[[nodiscard]] std::vector<Chart> all_charts(const ResultsTable& table, const Analysis& analysis);

}  // namespace firesweep::reports::charts
