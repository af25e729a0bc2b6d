// JSON with the names scripts rely on (docs/results.md). Absent values are null; NaN is never
// written. An element of `trials` or `points` is on one line.
#pragma once

#include <string>

#include "reports/analysis.h"
#include "reports/comparison.h"
#include "reports/results_table.h"

namespace firesweep::reports::writers {

inline constexpr int kResultsSchemaVersion = 2;

/// results.json.
[[nodiscard]] std::string results_json(const ResultsTable& table, const Analysis& analysis);
/// Only the front: objectives, its designs by size, hypervolume.
[[nodiscard]] std::string front_json(const ResultsTable& table, const Analysis& analysis);
[[nodiscard]] std::string comparison_json(const Comparison& comparison);

}  // namespace firesweep::reports::writers
