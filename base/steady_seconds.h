// The clock for waits and durations.
#pragma once

#include <chrono>

namespace firesweep::base {

/// Seconds on a monotonic clock, from an arbitrary start.
[[nodiscard]] inline double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace firesweep::base
