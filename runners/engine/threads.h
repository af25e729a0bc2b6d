// Work divided among OpenMP's threads. OpenMP ends the process if an exception leaves a parallel
// region, so the first one is kept until the region ends and rethrown behind it.
#pragma once

#include <cstdint>
#include <exception>
#include <mutex>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace firesweep::runners::engine {

/// Threads that OpenMP starts.
[[nodiscard]] inline std::int64_t thread_count() {
#ifdef _OPENMP
  return omp_get_max_threads();
#else
  return 1;
#endif
}

/// Carries an exception out of a parallel region: of several the one of the lowest range, so that
/// the message does not depend on which thread was faster.
class CaughtException {
 public:
  template <typename Work>
  void guard(std::int64_t range, const Work& work) noexcept {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (caught_ == nullptr || range < range_) {
        caught_ = std::current_exception();
        range_ = range;
      }
    }
  }
  void rethrow() const {
    if (caught_ != nullptr) {
      std::rethrow_exception(caught_);
    }
  }

 private:
  std::mutex mutex_;
  std::exception_ptr caught_;
  std::int64_t range_ = 0;
};

/// Divides [0, total) into `ranges` ranges and calls `body(range, first, count)` for each, in as
/// many threads if OpenMP has them. Rethrows what a body has thrown, once the other ranges are
/// done.
template <typename Body>
void in_threads(std::int64_t ranges, std::int64_t total, const Body& body) {
  CaughtException exception;
#pragma omp parallel num_threads(static_cast <int>(ranges))
  {
    std::int64_t threads = 1;
    std::int64_t thread = 0;
#ifdef _OPENMP
    threads = omp_get_num_threads();
    thread = omp_get_thread_num();
#endif
    for (std::int64_t range = thread; range < ranges; range += threads) {
      const std::int64_t first = total * range / ranges;
      const std::int64_t last = total * (range + 1) / ranges;
      if (last > first) {
        exception.guard(range, [&] { body(range, first, last - first); });
      }
    }
  }
  exception.rethrow();
}

/// Calls `body(first, count)` likewise, in as many threads as OpenMP starts; in this one if it is
/// one of several already.
template <typename Body>
void in_parallel(std::int64_t total, const Body& body) {
#ifdef _OPENMP
  if (omp_in_parallel() != 0) {
    body(0, total);
    return;
  }
#endif
  in_threads(
      thread_count(), total,
      [&](std::int64_t /*range*/, std::int64_t first, std::int64_t count) { body(first, count); });
}

}  // namespace firesweep::runners::engine
