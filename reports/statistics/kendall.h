// Agreement of two rankings.
#pragma once

#include <optional>
#include <span>

namespace firesweep::reports::statistics {

/// Kendall's tau-b ("The treatment of ties in ranking problems", Biometrika 33, 1945): (concordant
/// - discordant pairs) / sqrt(pairs untied in `a` * pairs untied in `b`), from -1 to 1. In O(n log
/// n) (Knight, JASA 61, 1966). Absent if a side is constant, there are fewer than two pairs of
/// values, or a value is NaN. Precondition: equal sizes.
[[nodiscard]] std::optional<double> kendall_tau_b(std::span<const double> a,
                                                  std::span<const double> b);

}  // namespace firesweep::reports::statistics
