// Independent pieces of work on all processors. Results must go to places of their own, so that
// they don't depend on the number of threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <future>
#include <thread>
#include <vector>

namespace firesweep::base {

/// Calls work(begin, end) for ranges that together are [0, count), at the same time. Rethrows the
/// exception of the first range that threw, after all have ended. Fewer than `smallest` indices
/// each are not worth a thread.
template <typename Work>
void in_ranges(std::size_t count, std::size_t smallest, const Work& work) {
  const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t parts = std::clamp<std::size_t>(count / smallest, 1, processors);
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
