// An agent: a process that acquires trials of a run that queues them and trains them on this
// machine, together with other agents. What `firesweep work` and the tasks of Slurm's job arrays
// do.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "base/command_runner.h"
#include "base/interrupt.h"
#include "runners/cluster/agent.h"
#include "runners/cluster/agent_settings.h"
#include "runners/cluster/shared_files.h"
#include "runners/schedule/placement.h"
#include "runners/schedule/progress_sink.h"
#include "runners/schedule/run_loop.h"
#include "runners/schedule/run_state.h"
#include "runners/schedule/trial_store.h"
#include "runners/schedule/worker_program.h"
#include "sweep/store/run_directory.h"

namespace firesweep::runners::run {

struct WorkOptions {
  std::filesystem::path directory;              // of the run
  std::optional<std::filesystem::path> worker;  // absent: next to firesweep
  schedule::PlacementOptions placement;         // jobs and affinity; the rest is the run's
};

enum class WorkResult {
  kDone,         // nothing is left, or the run was cancelled before it started
  kInterrupted,  // cancelled, asked to stop, or out of time; what it held is released
};

/// Works on the run in `options.directory` until nothing is left. `note` takes reports about the
/// agent itself, `progress` those about its trials. SIGINT, SIGTERM, SIGHUP and SIGUSR2
/// (the time is nearly up) are caught meanwhile. In a Slurm job that is out of time the job is
/// queued again by `commands`, which ends this process. Throws Error if nothing is queued in the
/// directory, the worker can't be used, or the environment fails (a full disk, data gone).
[[nodiscard]] WorkResult work_on_run(const WorkOptions& options, const schedule::Note& note,
                                     schedule::ProgressSink& progress,
                                     base::CommandRunner& commands);

/// One agent's time with a run. Everything borrowed must outlive it.
class WorkSession {
 public:
  WorkSession(const WorkOptions& options, const sweep::RunDirectory& run,
              const cluster::AgentSettings& settings, schedule::Note note,
              schedule::ProgressSink& progress);

  /// See work_on_run; does not queue the Slurm job again.
  [[nodiscard]] WorkResult work();

  /// A Slurm job that is to be queued again once everything here has been released; empty: none.
  [[nodiscard]] const std::string& requeue() const { return requeue_; }

 private:
  void compare_clocks(const std::string& name);
  [[nodiscard]] schedule::WorkerPlace place(std::size_t worker) const;
  [[nodiscard]] cluster::AgentOptions agent_options(schedule::RunState& state);
  /// False if so many agents were lost with the trial that the trial is to blame.
  [[nodiscard]] bool reclaimed(const cluster::QueuedJob& job, const std::string& agent);
  schedule::RunOutcome train(cluster::Agent& agent, schedule::RunState& state,
                             const base::InterruptGuard& interrupt);
  WorkResult conclude(cluster::Agent& agent, const schedule::RunOutcome& outcome, int signal);
  /// Under a limit below one epoch a trial would start again forever.
  void note_fruitless(const cluster::Agent& agent);
  /// A job that has come to its limit is not queued again by Slurm itself.
  void queue_again();

  const sweep::RunDirectory& run_;
  const cluster::AgentSettings& settings_;
  schedule::Note note_;
  schedule::ProgressSink& progress_;
  cluster::DirectoryFiles files_;
  schedule::DirectoryStore store_;
  schedule::WorkerProgram worker_;
  schedule::Placement placement_;
  std::string requeue_;
};

}  // namespace firesweep::runners::run
