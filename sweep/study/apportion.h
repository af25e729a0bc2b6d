// Divides a number in proportion to sizes: how many images of each class a part of a data set gets.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace firesweep::sweep {

/// Divides `seats` in proportion to `sizes`. The largest remainders get the leftover seats, the
/// lower index first among equals. Never exceeds a size if seats <= the sum of sizes.
[[nodiscard]] std::vector<std::int64_t> apportion(std::int64_t seats,
                                                  std::span<const std::int64_t> sizes);

}  // namespace firesweep::sweep
