// What people read on a terminal: plain UTF-8 text with aligned columns, no colour.
#pragma once

#include <string>

#include "reports/analysis.h"
#include "reports/comparison.h"
#include "reports/results_table.h"

namespace firesweep::reports::writers {

/// The front sorted by size; if `bypass` is an axis, its variants side by side; what became of the
/// trials, with the reasons of those that did not complete and, where they failed, the command that
/// trains them alone. Ends with a newline. Throws Error for
/// an unknown objective.
/// A line with the verdict sentence for each value of the axis but the baseline.
[[nodiscard]] std::string verdicts(const Comparison& comparison);
[[nodiscard]] std::string front_table(const ResultsTable& table, const Analysis& analysis);

/// Paired differences in percentage points. Ends with a newline.
[[nodiscard]] std::string comparison_table(const Comparison& comparison);

}  // namespace firesweep::reports::writers
