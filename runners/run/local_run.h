// A run whose trials are trained by worker processes of this machine.
#pragma once

#include "runners/run/prepared_run.h"
#include "runners/run/run_work.h"
#include "runners/schedule/progress_sink.h"
#include "runners/schedule/run_lock.h"
#include "runners/schedule/run_loop.h"
#include "runners/schedule/stage_loop.h"

namespace firesweep::runners::run {

struct LocalOutcome {
  schedule::RunOutcome trials;
  schedule::StageOutcome stages;
};

/// Trains the pending trials until none is left, then carries out the stages after training; or
/// until SIGINT, SIGTERM or SIGHUP. `selected`: all trials this run is about, including
/// finished ones. Workers inherit `lock`, so that the directory stays locked while one of them
/// lives. Keeps their speeds for later estimates. Throws Error if workers can't be started.
[[nodiscard]] LocalOutcome train_local(const PreparedRun& run, const TrialList& selected,
                                       const TrialList& pending, JobMaker& jobs,
                                       const schedule::RunLock& lock,
                                       schedule::ProgressSink& progress);

}  // namespace firesweep::runners::run
