// Data sets of the page that are about the sweep as a whole.
#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "reports/analysis.h"
#include "reports/axis_view.h"
#include "reports/results_table.h"

namespace firesweep::reports::writers {

/// By name, each column by column: confusion (page_classes.h), edf_band (accuracy, low, high),
/// importance (source, share), parallel_labels (column, position, text), rank_agreement (epoch,
/// tau, points), timeline (worker, start, end, point, state, trial; hours since the first epoch
/// began).
[[nodiscard]] nlohmann::ordered_json page_sets(const ResultsTable& table, const Analysis& analysis,
                                               const std::vector<AxisView>& axes);

/// Adds p<k>, p_size and p_accuracy: places from 0 to 1 along parallel coordinates.
void add_parallel_places(nlohmann::ordered_json& columns, const ResultsTable& table,
                         const Analysis& analysis, const std::vector<AxisView>& axes);

}  // namespace firesweep::reports::writers
