// Ctrl-C and termination as a flag that long work looks at.
#pragma once

#include <csignal>

namespace firesweep::cli {

/// While it lives, the first SIGINT, SIGTERM or SIGHUP (a terminal that is closed) sets the flag; a
/// second one ends the process at once with status 130. SIGHUP stays ignored under nohup. System
/// calls that wait are woken by either. One at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();

  [[nodiscard]] const volatile std::sig_atomic_t& flag() const;

 private:
  struct sigaction before_int_ {};
  struct sigaction before_term_ {};
  struct sigaction before_hangup_ {};
};

}  // namespace firesweep::cli
