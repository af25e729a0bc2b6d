// docs/results.schema.json is written by hand but for the metrics, which come from their table.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "sweep/spec/metric.h"

namespace firesweep::reports {

/// Members of trials and points that `table` has and `schema` lacks, or the other way round:
/// "trial: latency_ms".
[[nodiscard]] std::vector<std::string> metric_differences(const nlohmann::ordered_json& schema,
                                                          std::span<const sweep::Metric> table);

/// `schema` with exactly the metrics of `table` in trials and points.
[[nodiscard]] nlohmann::ordered_json with_metrics(nlohmann::ordered_json schema,
                                                  std::span<const sweep::Metric> table);

/// A schema as the file has it: short or flat elements are on one line.
[[nodiscard]] std::string schema_text(const nlohmann::ordered_json& schema);

}  // namespace firesweep::reports
