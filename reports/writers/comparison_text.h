// Comparisons for a terminal: plain UTF-8 text with aligned columns, without colour.
#pragma once

#include <cstddef>
#include <string>

#include "reports/comparison.h"

namespace firesweep::reports::writers {

/// A line with the verdict for each value of the axis except the baseline.
[[nodiscard]] std::string verdicts(const Comparison& comparison);

/// Paired differences in percentage points, at most `columns` wide. Ends with a newline.
[[nodiscard]] std::string comparison_table(const Comparison& comparison, std::size_t columns = 0);

}  // namespace firesweep::reports::writers
