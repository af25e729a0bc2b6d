// The median of measurements, which a few outliers do not change.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace firesweep::base {

/// The median of `values`, at least one. For an even count, the upper of the two middle values, so
/// that the result is always a measured value.
[[nodiscard]] inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace firesweep::base
