// An axis as charts need it: a safe name for its column, whether its values are numbers, and which
// they are. Keys come from files and may hold anything, so they never name a field: an axis is the
// column a0, a1, ..., and its key is only ever shown.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "models/parameter.h"
#include "reports/results_table.h"

namespace firesweep::reports {

struct AxisView {
  std::string key;    // as in the sweep file; for titles
  std::string field;  // "a0"
  bool numeric = false;
  std::vector<models::ParameterValue> values;  // distinct; numbers by size, else as they appear

  [[nodiscard]] bool varies() const { return values.size() > 1; }
};

[[nodiscard]] std::vector<AxisView> axis_views(const ResultsTable& table);

/// A number for a numeric axis, else text.
[[nodiscard]] nlohmann::ordered_json axis_value(const AxisView& axis,
                                                const models::ParameterValue& value);

}  // namespace firesweep::reports
