#include "runners/run/bench_choice.h"

#include <algorithm>

namespace firesweep::runners::run {

std::vector<const sweep::Point*> chosen_designs(const std::vector<sweep::Point>& points,
                                                std::size_t count) {
  std::vector<const sweep::Point*> sorted;
  for (const sweep::Point& point : points) {
    sorted.push_back(&point);
  }
  std::ranges::stable_sort(sorted, {},
                           [](const sweep::Point* point) { return point->complexity.macs; });
  if (count >= sorted.size()) {
    return sorted;
  }
  std::vector<const sweep::Point*> chosen;
  for (std::size_t i = 0; i < count; ++i) {
    chosen.push_back(count == 1 ? sorted[sorted.size() / 2]
                                : sorted[i * (sorted.size() - 1) / (count - 1)]);
  }
  return chosen;
}

}  // namespace firesweep::runners::run
