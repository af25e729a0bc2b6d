#include "runners/run/train_again.h"

#include <string>

#include "base/error.h"
#include "base/steady_seconds.h"
#include "runners/run/one_trial_strategy.h"
#include "runners/run/run_work.h"
#include "runners/schedule/local_executor.h"
#include "runners/schedule/run_lock.h"
#include "runners/schedule/run_loop.h"
#include "runners/schedule/trial_store.h"

namespace firesweep::runners::run {
bool TrainAnswer::reproduced() const {
  return now.result && now.result->state == sweep::TrialState::kCompleted && comparison.same();
}

TrialRecord recorded_trial(const TrainPlan& plan) {
  return {plan.recorded.load_epochs(plan.trial().id), plan.recorded.load_result(plan.trial().id)};
}

TrainAnswer train_again(const TrainPlan& plan, const TrialRecord& recorded,
                        const sweep::RunDirectory& run, schedule::ProgressSink& progress,
                        const std::function<void(const sweep::EpochMetrics&)>& on_epoch,
                        const std::atomic<int>& stop) {
  const schedule::RunLock lock(run.lock_path());
  const std::string& id = plan.trial().id;
  TrainAnswer answer;
  schedule::DirectoryStore store(run);
  OneTrialStrategy strategy({id, 1.0, plan.epochs}, [&](const sweep::EpochMetrics& metrics) {
    answer.now.epochs.push_back(metrics);
    on_epoch(metrics);
  });
  schedule::LocalExecutor executor(
      {plan.worker, {plan.place}, run.workers_directory(), 0, {lock.descriptor()}});
  schedule::RunState state({{id, plan.label, 1.0, plan.epochs}}, 0, 1);
  const JobMaker jobs(plan.input, run, plan.manifest.dataset_checksum);
  const schedule::RunOutcome outcome = schedule::run_trials(
      {store, strategy, executor, progress, state, schedule::FailurePolicy{.retries = 0},
       [&jobs](const schedule::Assignment& assignment) { return jobs.job(assignment); },
       base::steady_seconds, stop,
       [&answer](const sweep::TrialResult& result) { answer.now.result = result; }});
  answer.interrupted = outcome.end == schedule::RunEnd::kInterrupted;
  if (answer.interrupted) {
    return answer;
  }
  if (!answer.now.result) {
    throw Error(outcome.blocked_by);
  }
  answer.comparison = compare_bits(recorded, answer.now);
  return answer;
}

}  // namespace firesweep::runners::run
