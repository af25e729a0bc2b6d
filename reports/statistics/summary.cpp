#include "reports/statistics/summary.h"

#include <algorithm>
#include <cmath>

namespace firesweep::reports::statistics {

Summary summarize(std::vector<double> values) {
  Summary summary;
  summary.n = values.size();
  if (values.empty()) {
    return summary;
  }
  // Floating-point sums depend on their order: a fixed one makes the result a function of the set.
  std::ranges::sort(values);
  const auto n = static_cast<double>(values.size());
  double sum = 0.0;
  for (const double value : values) {
    sum += value;
  }
  // Rounding must not carry a mean out of its sample: equal values have exactly their own value.
  const double mean = std::clamp(sum / n, values.front(), values.back());
  summary.mean = mean;
  if (values.size() < 2) {
    return summary;
  }
  double squares = 0.0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
  }
  summary.sd = std::sqrt(squares / (n - 1.0));
  return summary;
}

std::optional<double> standard_error(const Summary& summary) {
  if (!summary.sd) {
    return std::nullopt;
  }
  return *summary.sd / std::sqrt(static_cast<double>(summary.n));
}

}  // namespace firesweep::reports::statistics
