// The lines that report a run's progress, without any terminal.
#pragma once

#include <string>

#include "runners/schedule/run_state.h"
#include "sweep/store/trial_result.h"

namespace firesweep::runners::schedule {

/// "[ 3/36] 1f0c22ab SR=0.125 seed=1  val 81.2 %  12.3 s"; for other states than completed the
/// state and the first line of the reason in place of the accuracy.
[[nodiscard]] std::string trial_finished_line(const RunState& state,
                                              const sweep::TrialResult& result, double now);

/// "3/36 finished, 2 running, 1 not completed, 812 images/s, 4:10 left".
[[nodiscard]] std::string status_line(const RunState& state, double now);

/// "  1f0c22ab SR=0.125 seed=1  epoch 2/3  40 %  812 images/s  val 81.2 %", or "starting" before
/// the first epoch.
[[nodiscard]] std::string running_line(const RunningTrial& trial);

}  // namespace firesweep::runners::schedule
