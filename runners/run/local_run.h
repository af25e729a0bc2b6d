// A run whose trials are trained by worker processes of this machine.
#pragma once

#include <cstddef>

#include "runners/run/prepared_run.h"
#include "runners/run/run_work.h"
#include "runners/schedule/progress_sink.h"
#include "runners/schedule/run_lock.h"
#include "runners/schedule/run_loop.h"

namespace firesweep::runners::run {

/// Trains the pending trials until none is left, or SIGINT, SIGTERM or SIGHUP. `selected`: the
/// trials this run is about, including finished ones. Workers inherit `lock`, so that the
/// directory stays locked while one of them lives. Keeps their speeds for later estimates. Throws
/// Error if workers can't be started.
[[nodiscard]] schedule::RunOutcome train_local(const PreparedRun& run, const TrialList& selected,
                                               const TrialList& pending, JobMaker& jobs,
                                               const schedule::RunLock& lock,
                                               schedule::ProgressSink& progress);

}  // namespace firesweep::runners::run
