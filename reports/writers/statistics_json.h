// Statistics of the whole sweep as they stand in results.json.
#pragma once

#include "reports/axis_statistics.h"
#include "reports/distribution.h"
#include "reports/json_document.h"
#include "reports/results_table.h"

namespace firesweep::reports::writers {

/// For each swept axis its values with designs, effect and interval.
[[nodiscard]] Json effects_json(const ResultsTable& table, const AxisStatistics& statistics);
/// Shares of variance; null where there is nothing to explain.
[[nodiscard]] Json importance_json(const ResultsTable& table, const AxisStatistics& statistics);
[[nodiscard]] Json interactions_json(const ResultsTable& table, const AxisStatistics& statistics);
[[nodiscard]] Json distribution_json(const AccuracyDistribution& distribution);
[[nodiscard]] Json agreement_json(const RankAgreement& agreement);

}  // namespace firesweep::reports::writers
