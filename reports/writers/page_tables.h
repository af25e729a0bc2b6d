// Tables of the page next to its figures: {section, title, caption, headers, rows of texts, and
// folded: true if collapsed at first}.
#pragma once

#include <nlohmann/json.hpp>

#include "reports/analysis.h"
#include "reports/results_table.h"

namespace firesweep::reports::writers {

/// Test accuracies and deployment of the designs on the front; effects of axis values with their
/// intervals. Those with nothing to show are left out.
[[nodiscard]] nlohmann::ordered_json page_tables(const ResultsTable& table,
                                                 const Analysis& analysis);

}  // namespace firesweep::reports::writers
