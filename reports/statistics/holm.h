// Several comparisons at once.
#pragma once

#include <span>
#include <vector>

namespace firesweep::reports::statistics {

/// Holm's step-down adjustment ("A simple sequentially rejective multiple test procedure",
/// Scandinavian Journal of Statistics 6, 1979): rejecting where the result is at most alpha keeps
/// the chance of any false rejection at most alpha, however the tests depend on each other. In the
/// order of the input. Precondition: 0 <= p <= 1.
[[nodiscard]] std::vector<double> holm(std::span<const double> p_values);

}  // namespace firesweep::reports::statistics
