// Runs independent work on all processors. Each index must write its own result, so that results
// don't depend on the number of threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <future>
#include <thread>
#include <vector>

namespace firesweep::base {

/// Splits [0, count) into ranges and calls work(begin, end) for each in parallel. A range has at
/// least `min_per_thread` indices. After all ranges have finished, rethrows the exception of the
/// first range that threw.
template <typename Work>
void parallel_for(std::size_t count, std::size_t min_per_thread, const Work& work) {
  const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t parts = std::clamp<std::size_t>(count / min_per_thread, 1, processors);
  std::vector<std::future<void>> others;
  for (std::size_t part = 1; part < parts; ++part) {
    others.push_back(std::async(std::launch::async, [&work, part, parts, count] {
      work(count * part / parts, count * (part + 1) / parts);
    }));
  }
  work(std::size_t{0}, count / parts);
  for (std::future<void>& other : others) {
    other.get();
  }
}

}  // namespace firesweep::base
