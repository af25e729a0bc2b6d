// Ctrl-C and termination as a flag that long work looks at.
#pragma once

#include <csignal>

namespace firesweep::base {

/// While it lives, the first SIGINT, SIGTERM or SIGHUP (a terminal that is closed) sets the flag; a
/// second one ends the process at once with status 130. SIGHUP stays ignored under nohup. System
/// calls that wait are woken by either. One at a time.
class InterruptGuard {
 public:
  /// `time_limit`: SIGUSR2 sets it too, a cluster's word that the time is nearly up.
  explicit InterruptGuard(bool time_limit = false);
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();

  /// 0, or the signal that came first.
  [[nodiscard]] const volatile std::sig_atomic_t& flag() const;
  /// As if SIGINT had come.
  void request() const;

 private:
  struct sigaction before_int_ {};
  struct sigaction before_term_ {};
  struct sigaction before_hangup_ {};
  struct sigaction before_time_limit_ {};
};

}  // namespace firesweep::base
