#include "runners/run/local_run.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/interrupt.h"
#include "base/steady_seconds.h"
#include "runners/run/run_timings.h"
#include "runners/schedule/local_executor.h"
#include "runners/schedule/logged_strategy.h"
#include "runners/schedule/strategies.h"
#include "sweep/store/trial_log.h"
#include "sweep/study/cost_model.h"

namespace firesweep::runners::run {
schedule::RunOutcome train_local(const PreparedRun& run, const TrialList& selected,
                                 const TrialList& pending, JobMaker& jobs,
                                 const schedule::RunLock& lock, schedule::ProgressSink& progress) {
  std::vector<schedule::PlannedTrial> planned =
      planned_trials(run.input, pending, sweep::CostModel::load(timing_path(run)));
  StrategyTrials trials = strategy_trials(run.input, selected, planned,
                                          schedule::needs_results(schedule::kDefaultStrategy));
  const std::size_t workers = std::min(run.placement.workers(), pending.size());
  std::vector<schedule::WorkerPlace> places;
  for (std::size_t worker = 0; worker < workers; ++worker) {
    places.push_back(run.place(worker));
  }
  schedule::DirectoryStore store(run.directory);
  const auto strategy =
      schedule::make_strategy(schedule::kDefaultStrategy, std::move(trials.trials));
  sweep::TrialLog log(run.directory.trial_log_path());
  schedule::LoggedStrategy logged(*strategy, log);
  schedule::LocalExecutor executor({run.worker,
                                    std::move(places),
                                    run.directory.workers_directory(),
                                    static_cast<std::int64_t>(run.options.memory_limit_bytes),
                                    {lock.descriptor()}});
  schedule::RunState state(std::move(planned), selected.size() - pending.size(), workers);
  Timings timings(run, jobs);
  const base::InterruptGuard interrupt;
  schedule::RunOutcome outcome = schedule::run_trials(
      {store, logged, executor, progress, state, run.options.failure_policy(),
       [&jobs](const schedule::Assignment& assignment) { return jobs.job(assignment); },
       base::steady_seconds, interrupt.flag(),
       [&timings](const sweep::TrialResult& result) { timings.note(result); }, false,
       [&jobs](const sweep::Create& create) { return jobs.plan_created(create); },
       std::move(trials.finished_before)});
  timings.save([&progress](std::string_view line) { progress.note(line); });
  return outcome;
}

}  // namespace firesweep::runners::run
