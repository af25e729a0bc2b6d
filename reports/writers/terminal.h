// Reports for a terminal: plain UTF-8 text with aligned columns, without colour.
#pragma once

#include <string>

#include "reports/analysis.h"
#include "reports/comparison.h"
#include "reports/results_table.h"

namespace firesweep::reports::writers {

/// A line with the verdict for each value of the axis except the baseline.
[[nodiscard]] std::string verdicts(const Comparison& comparison);

/// The front sorted by size; if `bypass` is an axis, its variants side by side; trials by state,
/// with the reasons of those that did not complete and the commands that train failed ones again.
/// Ends with a newline. Throws Error for an unknown objective.
[[nodiscard]] std::string front_table(const ResultsTable& table, const Analysis& analysis);

/// Paired differences in percentage points. Ends with a newline.
[[nodiscard]] std::string comparison_table(const Comparison& comparison);

/// "SR=0.125 bypass=none"; empty without axes.
[[nodiscard]] std::string axes_text(const ResultsTable& table, const Design& design);

/// The trials that failed, diverged or did not learn, with reason and the command that trains only
/// this trial: the first twenty, and how many more there are.
[[nodiscard]] std::string unsuccessful_trials(const ResultsTable& table);

}  // namespace firesweep::reports::writers
