#include "sweep/study/apportion.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace firesweep::sweep {

std::vector<std::int64_t> apportion(std::int64_t seats, std::span<const std::int64_t> sizes) {
  const std::int64_t total = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
  std::vector<std::int64_t> quota(sizes.size());
  if (total == 0) {
    return quota;
  }
  std::vector<std::int64_t> remainder(sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    quota[i] = seats * sizes[i] / total;
    remainder[i] = seats * sizes[i] % total;
  }
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainder[a] > remainder[b]; });
  const auto leftover = seats - std::accumulate(quota.begin(), quota.end(), std::int64_t{0});
  for (std::size_t i = 0; i < static_cast<std::size_t>(leftover); ++i) {
    ++quota[order[i]];
  }
  return quota;
}

}  // namespace firesweep::sweep
