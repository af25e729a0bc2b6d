// A polite end: on SIGTERM the worker stops between two batches, never while it writes a file.
#pragma once

namespace firesweep::runners::train {

/// Thrown out of training and evaluation when the worker was asked to end. Not a std::exception: it
/// is nobody's failure.
struct StopRequested {};

/// From now on SIGTERM ends the process at once while nothing trains, and at the next
/// throw_if_stop_requested() while a StopWindow lives.
void handle_stop_requests();

/// While it lives, work is under way that must not be cut off anywhere.
class StopWindow {
 public:
  StopWindow();
  ~StopWindow();
  StopWindow(const StopWindow&) = delete;
  StopWindow& operator=(const StopWindow&) = delete;
};

/// Throws StopRequested after SIGTERM.
void throw_if_stop_requested();

/// Of a process that was asked to end: 128 + SIGTERM, as shells count.
inline constexpr int kStoppedStatus = 143;

}  // namespace firesweep::runners::train
