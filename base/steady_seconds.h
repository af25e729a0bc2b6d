// The clock by which waiting and durations are measured.
#pragma once

#include <chrono>

namespace firesweep::base {

/// Seconds on a clock that never goes back; from no particular moment.
[[nodiscard]] inline double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace firesweep::base
