// Which designs to consider, as sentences that claim no more than the trials show: a design has
// "the highest mean", and the number of designs within one standard error of it is given.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "reports/analysis.h"
#include "reports/budget.h"
#include "reports/results_table.h"

namespace firesweep::reports::writers {

struct Recommendation {
  std::string title;
  std::string text;
  std::optional<std::size_t> point;  // the design it speaks of
};

/// Empty if no trial completed.
[[nodiscard]] std::vector<Recommendation> recommend(const ResultsTable& table,
                                                    const Analysis& analysis,
                                                    std::span<const Budget> budgets,
                                                    const DeploymentSettings& settings);

/// "1.2 MB", "3.7 M MACs", "77,824 parameters"; of other metrics the number and the unit.
[[nodiscard]] std::string amount_text(const sweep::Metric& metric, double value);

}  // namespace firesweep::reports::writers
