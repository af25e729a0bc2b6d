// Ctrl-C and termination as a flag that long-running work polls.
#pragma once

#include <atomic>
#include <csignal>

namespace firesweep::base {

/// While it exists, the first SIGINT, SIGTERM or SIGHUP (the terminal closes) sets the flag. A
/// second one exits immediately with status 130. SIGHUP stays ignored under nohup. Blocking system
/// calls return on either. At most one instance at a time.
class InterruptGuard {
 public:
  /// `time_limit`: SIGUSR2 sets the flag too. A cluster sends it shortly before the time limit.
  explicit InterruptGuard(bool time_limit = false);
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();

  /// 0, or the first signal received.
  [[nodiscard]] const std::atomic<int>& flag() const;
  /// Sets the flag as SIGINT would.
  void request() const;

 private:
  struct sigaction before_int_ {};
  struct sigaction before_term_ {};
  struct sigaction before_hangup_ {};
  struct sigaction before_time_limit_ {};
};

}  // namespace firesweep::base
