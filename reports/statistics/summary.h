// Statistics of small samples. Pure functions; the order of the values never matters, not even in
// the last bit.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace firesweep::reports::statistics {

/// `mean` is there from one value on; `sd`, the sample standard deviation (n - 1), from two on.
struct Summary {
  std::size_t n = 0;
  std::optional<double> mean;
  std::optional<double> sd;
};

[[nodiscard]] Summary summarize(std::vector<double> values);

/// sd / sqrt(n); absent where the deviation is.
[[nodiscard]] std::optional<double> standard_error(const Summary& summary);

}  // namespace firesweep::reports::statistics
