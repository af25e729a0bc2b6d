// The run loop: hands trials from a strategy to an executor until none is left or it is asked to
// stop, and carries out what the strategy decides. What it learns goes to the strategy, the
// progress sink and the store. Never touches a process, a file or the time by itself; constant work
// a trial.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runners/schedule/executor.h"
#include "runners/schedule/progress_sink.h"
#include "runners/schedule/run_state.h"
#include "runners/schedule/strategy.h"
#include "runners/schedule/trial_store.h"

namespace firesweep::runners::schedule {

/// What is done about trials that fail.
struct FailurePolicy {
  std::size_t retries = 2;             // further attempts of a trial whose worker crashed
  std::size_t max_failures = 0;        // failed trials that end the run; 0: any number may fail
  double trial_timeout_seconds = 0.0;  // for one attempt; 0: no limit
};

/// What a run needs; all of it must outlive the run.
struct RunContext {
  TrialStore& store;
  Strategy& strategy;
  Executor& executor;
  ProgressSink& progress;
  RunState& state;
  FailurePolicy policy;
  /// The job of an assignment.
  std::function<jobs::Job(const Assignment&)> job;
  std::function<double()> clock;  // seconds, never going back
  /// Set from outside (a signal handler) to stop the run.
  const std::atomic<int>& stop;
  /// Called with each trial that finished; may be empty.
  std::function<void(const sweep::TrialResult&)> on_result;
  /// When the run is asked to stop, running trials continue without it: they run elsewhere.
  bool leave_running = false;
  /// Called with each trial that the strategy creates, before it is assigned; with one trial
  /// possibly twice. From then on `job` knows it. Empty: the strategy creates none.
  std::function<PlannedTrial(const sweep::Create&)> plan_created{};
  /// Trials with a result that the strategy is told before it assigns any.
  std::vector<std::string> finished_before{};
};

enum class RunEnd {
  kComplete,         // nothing is left to train: every trial is finished, or stays paused
  kInterrupted,      // asked to stop
  kTooManyFailures,  // FailurePolicy::max_failures was reached
  kBlocked,          // the environment failed: full disk, data gone, ...
};

struct RunOutcome {
  RunEnd end = RunEnd::kComplete;
  std::size_t finished = 0;  // trials that finished in this run
  std::size_t failed = 0;    // of those, in state failed
  std::string blocked_by;    // why, if kBlocked
};

/// Trains what the strategy assigns. A trial whose worker crashed is retried from its checkpoint,
/// policy.retries times; then it is recorded as failed, and the run continues. When the
/// run stops early, running trials are cancelled and keep their checkpoints. Throws Error if
/// workers can't be started.
[[nodiscard]] RunOutcome run_trials(const RunContext& context);

}  // namespace firesweep::runners::schedule
