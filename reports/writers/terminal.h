// Reports for a terminal: plain UTF-8 text with aligned columns, without colour.
#pragma once

#include <cstddef>
#include <string>

#include "reports/analysis.h"
#include "reports/results_table.h"

namespace firesweep::reports::writers {

/// The front sorted by size; if `bypass` is an axis, its variants side by side; trials by state,
/// with the reasons of those that did not complete and the commands that train failed ones again.
/// Lines are at most `columns` wide (0: any width), except for commands and paths: less important
/// columns are left out and named. Ends with a newline. Throws Error for an unknown objective.
[[nodiscard]] std::string front_table(const ResultsTable& table, const Analysis& analysis,
                                      std::size_t columns = 0);

/// "SR=0.125 bypass=none"; empty without axes.
[[nodiscard]] std::string axes_text(const ResultsTable& table, const Design& design);

/// The trials that failed, diverged or did not learn, with reason and the command that trains only
/// this trial: the first twenty, and how many more there are.
[[nodiscard]] std::string unsuccessful_trials(const ResultsTable& table, std::size_t columns = 0);

}  // namespace firesweep::reports::writers
