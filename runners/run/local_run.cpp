#include "runners/run/local_run.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/counts.h"
#include "base/interrupt.h"
#include "base/steady_seconds.h"
#include "runners/run/run_summary.h"
#include "runners/run/run_timings.h"
#include "runners/run/stage_work.h"
#include "runners/schedule/local_executor.h"
#include "runners/schedule/logged_strategy.h"
#include "runners/schedule/strategies.h"
#include "sweep/store/trial_log.h"
#include "sweep/study/cost_model.h"

namespace firesweep::runners::run {
namespace {

schedule::StageOutcome carry_out_stages(const PreparedRun& run, const TrialList& selected,
                                        const JobMaker& jobs, schedule::Executor& executor,
                                        const base::InterruptGuard& interrupt,
                                        schedule::ProgressSink& progress) {
  std::vector<jobs::StageJob> pending = pending_stage_jobs(run, selected, jobs);
  if (pending.empty()) {
    return {};
  }
  progress.note(
      fmt::format("stages after training: {} to run", base::counted(pending.size(), "variant")));
  return schedule::run_stages(
      {executor, progress, run.options.failure_policy(), base::steady_seconds, interrupt.flag(),
       [&run](const sweep::VariantResult& result) { run.directory.write_variant(result); }},
      std::move(pending));
}

}  // namespace

LocalOutcome train_local(const PreparedRun& run, const TrialList& selected,
                         const TrialList& pending, JobMaker& jobs, const schedule::RunLock& lock,
                         schedule::ProgressSink& progress) {
  std::vector<schedule::PlannedTrial> planned =
      planned_trials(run.input, pending, sweep::CostModel::load(timing_path(run)));
  StrategyTrials trials = strategy_trials(run.input, selected, planned,
                                          schedule::needs_results(schedule::kDefaultStrategy));
  const std::size_t workers =
      std::min(run.placement.workers(), std::max(pending.size(), variant_count(run, selected)));
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
  LocalOutcome outcome;
  outcome.trials = schedule::run_trials(
      {store, logged, executor, progress, state, run.options.failure_policy(),
       [&jobs](const schedule::Assignment& assignment) { return jobs.job(assignment); },
       base::steady_seconds, interrupt.flag(),
       [&timings](const sweep::TrialResult& result) { timings.note(result); }, false,
       [&jobs](const sweep::Create& create) { return jobs.plan_created(create); },
       std::move(trials.finished_before)});
  timings.save([&progress](std::string_view line) { progress.note(line); });
  if (outcome.trials.end == schedule::RunEnd::kComplete) {
    outcome.stages = carry_out_stages(run, selected, jobs, executor, interrupt, progress);
  }
  return outcome;
}

}  // namespace firesweep::runners::run
