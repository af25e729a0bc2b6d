// Designs and trials in one line each, for people at a terminal.
#pragma once

#include <string>

#include "reports/results_table.h"

namespace firesweep::reports::writers {

/// "SR=0.125 bypass=none"; empty without axes.
[[nodiscard]] std::string axes_text(const ResultsTable& table, const Design& design);

/// The trials that failed, diverged or did not learn, with reason and the command that trains only
/// this trial: the first twenty, and how many more there are.
[[nodiscard]] std::string unsuccessful_trials(const ResultsTable& table);

}  // namespace firesweep::reports::writers
