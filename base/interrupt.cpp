#include "base/interrupt.h"

#include <string_view>

#include <unistd.h>

namespace firesweep::base {
namespace {

// A signal handler can use only globals, and of these lock-free atomics.
std::atomic<int> interrupted = 0;
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void on_interrupt(int signal) {
  if (interrupted != 0) {
    constexpr std::string_view kText = "stopped immediately; the same command resumes\n";
    (void)!::write(STDERR_FILENO, kText.data(), kText.size());  // the only output that is safe here
    ::_exit(130);                                               // then the kernel kills the workers
  }
  interrupted = signal;
}

}  // namespace

InterruptGuard::InterruptGuard(bool time_limit) {
  interrupted = 0;
  struct sigaction action {};
  action.sa_handler = on_interrupt;  // without SA_RESTART: blocking calls return
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &before_int_);
  ::sigaction(SIGTERM, &action, &before_term_);
  ::sigaction(SIGHUP, nullptr, &before_hangup_);
  if (before_hangup_.sa_handler != SIG_IGN) {
    ::sigaction(SIGHUP, &action, nullptr);
  }
  ::sigaction(SIGUSR2, time_limit ? &action : nullptr, &before_time_limit_);
}

InterruptGuard::~InterruptGuard() {
  ::sigaction(SIGINT, &before_int_, nullptr);
  ::sigaction(SIGTERM, &before_term_, nullptr);
  ::sigaction(SIGHUP, &before_hangup_, nullptr);
  ::sigaction(SIGUSR2, &before_time_limit_, nullptr);
}

void InterruptGuard::request() const {
  interrupted = SIGINT;
}

const std::atomic<int>& InterruptGuard::flag() const {
  return interrupted;
}

}  // namespace firesweep::base
