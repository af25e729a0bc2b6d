// The sweep seen along one axis: for each combination of the other axes, the design at each of its
// values. Side-by-side tables and paired comparisons use it.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "reports/results_table.h"

namespace firesweep::reports {

struct AxisGroup {
  AxisValues others;  // values of the other axes, in the order of axis_keys
  /// For each of AxisGroups::values the design there; nothing if the sweep leaves that out. Two
  /// values can name one design, where they round to the same network.
  std::vector<std::optional<std::size_t>> designs;
};

struct AxisGroups {
  AxisValues values;  // of the axis, in order of first appearance
  std::vector<AxisGroup> groups;
};

/// `axis` is an index into axis_keys. O(designs and aliases).
[[nodiscard]] AxisGroups group_by_axis(const ResultsTable& table, std::size_t axis);

}  // namespace firesweep::reports
