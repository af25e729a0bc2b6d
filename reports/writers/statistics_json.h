// Statistics of the whole sweep as in results.json.
#pragma once

#include <optional>
#include <string>

#include "base/json_writer.h"
#include "reports/axis_statistics.h"
#include "reports/distribution.h"
#include "reports/results_table.h"
#include "reports/statistics/mean_interval.h"

namespace firesweep::reports::writers {

using Json = base::Json;

/// Adds NAME_low and NAME_high, null without an interval.
void put_interval(Json& json, const std::string& name,
                  const std::optional<statistics::Interval>& interval);

/// For each swept axis its values with designs, effect and interval.
[[nodiscard]] Json effects_json(const ResultsTable& table, const AxisStatistics& statistics);
/// Fractions of variance; null if there is nothing to explain.
[[nodiscard]] Json importance_json(const ResultsTable& table, const AxisStatistics& statistics);
[[nodiscard]] Json interactions_json(const ResultsTable& table, const AxisStatistics& statistics);
[[nodiscard]] Json distribution_json(const AccuracyDistribution& distribution);
[[nodiscard]] Json agreement_json(const RankAgreement& agreement);

}  // namespace firesweep::reports::writers
