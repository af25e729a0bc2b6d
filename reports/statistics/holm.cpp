#include "reports/statistics/holm.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace firesweep::reports::statistics {

std::vector<double> holm(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return p_values[i]; });
  std::vector<double> adjusted(p_values.size());
  double reached = 0.0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const auto remaining = static_cast<double>(order.size() - rank);
    reached = std::max(reached, std::min(1.0, remaining * p_values[order[rank]]));
    adjusted[order[rank]] = reached;
  }
  return adjusted;
}

}  // namespace firesweep::reports::statistics
