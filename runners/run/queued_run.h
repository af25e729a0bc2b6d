// A run whose trials are trained by agents: queued here, watched from here.
#pragma once

#include <cstddef>
#include <string>

#include "runners/cluster/slurm/executor_spec.h"
#include "runners/run/prepared_run.h"
#include "runners/run/run_work.h"
#include "runners/schedule/progress_sink.h"
#include "runners/schedule/run_loop.h"

namespace firesweep::runners::run {

/// Where this run's trials are to be trained: --executor, else as in the sweep file, else here;
/// with the overrides of --set. Throws Error for an unknown name, settings that don't go together,
/// or if Slurm is asked for and not there or can't work in the run directory.
[[nodiscard]] cluster::ExecutorSpec executor_of(const PreparedRun& run);

/// The job script and the command that submits it, for --dry-run; empty if it is not Slurm's.
[[nodiscard]] std::string script_preview(const PreparedRun& run, const cluster::ExecutorSpec& spec,
                                         std::size_t pending);

/// Queues the pending trials and watches until they are finished, or, with --detach, until their
/// agents are submitted; then `end` is kInterrupted, and `progress` takes how to watch and resume.
/// `selected`: the trials this run is about, including finished ones. Throws Error for --detach
/// with a strategy that decides while trials train.
[[nodiscard]] schedule::RunOutcome train_queued(const PreparedRun& run,
                                                const cluster::ExecutorSpec& spec,
                                                const TrialList& selected, const TrialList& pending,
                                                JobMaker& jobs, schedule::ProgressSink& progress);

/// Throws Error if nothing would carry out what the strategy decides (schedule::needs_results).
void check_detach(bool detach, bool needs_results);

/// Before trials are trained by this process alone: throws Error if agents work on the directory;
/// forgets what was queued.
void abandon_queue(const sweep::RunDirectory& directory);

}  // namespace firesweep::runners::run
