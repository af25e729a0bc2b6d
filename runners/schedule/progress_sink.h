// Where the progress of a run is reported.
#pragma once

#include <functional>
#include <string_view>

#include "runners/schedule/run_state.h"
#include "sweep/store/trial_result.h"

namespace firesweep::runners::schedule {

/// Takes one line of text without a newline: a warning, a crashed worker, what happens next.
using Note = std::function<void(std::string_view)>;

/// Called by the run loop, from one thread. `now` is the run's clock in seconds. The implementation
/// decides what is shown, and where; nothing below cli/ writes to a terminal.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  /// A trial finished; in `state` it is still running.
  virtual void trial_finished(const RunState& state, const sweep::TrialResult& result,
                              double now) = 0;
  /// Something worth a line, e.g. a crashed worker.
  virtual void note(std::string_view line) = 0;
  /// After every turn of the loop, a few times per second.
  virtual void turned(const RunState& state, double now) = 0;
  /// The run ended: nothing will be redrawn.
  virtual void ended() = 0;
};

}  // namespace firesweep::runners::schedule
