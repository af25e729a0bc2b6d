// The middle of measured values, which a few disturbed ones do not move.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace firesweep::base {

/// The median of `values`, at least one; of an even number the upper of the two in the middle, so
/// that it is always a value that was measured.
[[nodiscard]] inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace firesweep::base
