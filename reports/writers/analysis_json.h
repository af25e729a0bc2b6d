// The statistics of a sweep as JSON: comparisons, effects, importance, interactions, distribution.
#pragma once

#include "base/json_writer.h"
#include "reports/axis_statistics.h"
#include "reports/comparison.h"
#include "reports/distribution.h"
#include "reports/results_table.h"

namespace firesweep::reports::writers {

[[nodiscard]] base::Json paired_json(const PairedDifferences& paired);
/// axis, baseline, metric, comparisons: one for each other value of the axis.
[[nodiscard]] base::Json axis_comparison_json(const Comparison& comparison);
/// For each swept axis its values with designs, effect and interval.
[[nodiscard]] base::Json effects_json(const ResultsTable& table, const AxisStatistics& statistics);
/// Fractions of variance; null where there is nothing to explain.
[[nodiscard]] base::Json importance_json(const ResultsTable& table,
                                         const AxisStatistics& statistics);
[[nodiscard]] base::Json interactions_json(const ResultsTable& table,
                                           const AxisStatistics& statistics);
[[nodiscard]] base::Json distribution_json(const ResultsTable& table,
                                           const AccuracyDistribution& distribution);
[[nodiscard]] base::Json agreement_json(const RankAgreement& agreement);

}  // namespace firesweep::reports::writers
