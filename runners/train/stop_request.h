// Cancelling: on SIGTERM the worker stops between two batches, never while it writes a file.
#pragma once

namespace firesweep::runners::train {

/// Thrown by training and evaluation when the worker was asked to stop. Not a std::exception:
/// nothing has failed.
struct StopRequested {};

/// From now on SIGTERM ends the process at once while nothing trains, and at the next
/// throw_if_stop_requested() while a StopWindow lives.
void handle_stop_requests();

/// During its lifetime work runs that must stop only at chosen points.
class StopWindow {
 public:
  StopWindow();
  ~StopWindow();
  StopWindow(const StopWindow&) = delete;
  StopWindow& operator=(const StopWindow&) = delete;
};

/// Throws StopRequested after SIGTERM.
void throw_if_stop_requested();

/// Exit status of a process that was asked to stop: 128 + SIGTERM, as shells count.
inline constexpr int kStoppedStatus = 143;

}  // namespace firesweep::runners::train
