#include "runners/train/stop_request.h"

#include <csignal>

#include <unistd.h>

namespace firesweep::runners::train {

namespace {

// A signal handler can only use globals.
volatile std::sig_atomic_t requested = 0;
volatile std::sig_atomic_t working = 0;

extern "C" void on_stop_request(int) {
  if (working == 0) {
    ::_exit(kStoppedStatus);
  }
  requested = 1;
}

}  // namespace

void handle_stop_requests() {
  struct sigaction action {};
  action.sa_handler = on_stop_request;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGTERM, &action, nullptr);
}

StopWindow::StopWindow() {
  working = 1;
}

StopWindow::~StopWindow() {
  working = 0;
  if (requested != 0) {
    ::_exit(kStoppedStatus);  // requested after the last batch: all files are complete
  }
}

void throw_if_stop_requested() {
  if (requested != 0) {
    throw StopRequested{};
  }
}

}  // namespace firesweep::runners::train
