// The run loop: hands trials from a scheduler to an executor until all are over or it is told to
// stop. What it learns goes to the scheduler, the progress sink and, for lost workers, into the run
// directory. Never touches a process or the time by itself.
#pragma once

#include <csignal>
#include <functional>
#include <string_view>
#include <vector>

#include "runners/schedule/executor.h"
#include "runners/schedule/progress.h"
#include "runners/schedule/run_state.h"
#include "runners/schedule/scheduler.h"
#include "sweep/run_directory.h"

namespace firesweep::runners {

/// What a run needs; all of it must outlive the run.
struct RunContext {
  const sweep::RunDirectory& directory;
  Scheduler& scheduler;
  Executor& executor;
  ProgressSink& progress;
  RunState& state;
  /// What the worker is told about a trial.
  std::function<sweep::TrialContent(std::string_view id)> content;
  std::function<double()> clock;  // seconds, never going back
  /// Set from outside (a signal handler) to stop the run.
  const volatile std::sig_atomic_t& stop;
};

struct RunOutcome {
  bool interrupted = false;
  std::vector<sweep::TrialResult> results;  // of trials that ended in this run, in that order
};

/// Trains what the scheduler hands out. A trial whose worker died is recorded as failed with the
/// end of its log, and the run goes on; on `stop` running trials are cancelled and keep their
/// checkpoints. Throws Error if workers can't be started or the run directory can't be written.
[[nodiscard]] RunOutcome run_trials(const RunContext& context);

}  // namespace firesweep::runners
