#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/host.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/run_arguments.h"
#include "runners/data/dataset.h"
#include "runners/run/prepared_run.h"
#include "runners/run/queued_run.h"
#include "runners/run/run_summary.h"
#include "runners/run/run_target.h"
#include "runners/run/run_timings.h"
#include "runners/run/run_work.h"
#include "runners/run/version.h"
#include "runners/schedule/exhaustive_scheduler.h"
#include "runners/schedule/local_executor.h"
#include "runners/schedule/run_lock.h"
#include "runners/schedule/run_loop.h"
#include "sweep/study/cost_model.h"

namespace firesweep::cli {
namespace {

nlohmann::json environment_of(const runners::run::PreparedRun& run, sweep::ExecutorKind executor) {
  nlohmann::json environment = base::host_environment();
  environment["firesweep"] = runners::run::version_line();
  environment["jobs"] = run.placement.workers();
  environment["threads_per_job"] = run.worker.threads_per_job;
  environment["device"] = run.options.placement.device;
  environment["executor"] = sweep::to_string(executor);
  return environment;
}

/// Sums are rounded in another order when more threads share them, or on another device.
void warn_of_other_bits(const runners::run::PreparedRun& run, const sweep::Manifest& manifest) {
  const int threads = manifest.environment.value("threads_per_job", run.worker.threads_per_job);
  const std::string device = manifest.environment.value("device", "cpu");
  if (threads != run.worker.threads_per_job) {
    log("warning: this run was begun with --threads-per-job {}; trials trained with {} may "
        "differ from it in the last digits\n",
        threads, run.worker.threads_per_job);
  }
  if (device != run.options.placement.device) {
    log("warning: this run was begun with --device {}; trials trained on {} may differ from "
        "it in the last digits\n",
        device, run.options.placement.device);
  }
}

/// The lock of a directory that holds a run already; none if it has to be made.
std::unique_ptr<runners::schedule::RunLock> lock_existing(const runners::run::PreparedRun& run) {
  return run.directory.exists()
             ? std::make_unique<runners::schedule::RunLock>(run.directory.lock_path())
             : nullptr;
}

/// Makes the directory, goes on in it, or lets it grow; takes its lock if `lock` is none yet.
/// Everything that can be wrong with the input has been found before.
void enter_directory(const runners::run::PreparedRun& run, const std::string& dataset_checksum,
                     sweep::ExecutorKind executor,
                     std::unique_ptr<runners::schedule::RunLock>& lock,
                     runners::run::Target& target) {
  if (!lock) {
    base::create_directories(run.directory.root());
    lock = std::make_unique<runners::schedule::RunLock>(run.directory.lock_path());
    // Looked at again under the lock: another coordinator may have come between.
    target = runners::run::check_target(run.directory, run.input);
  }
  base::remove_temporaries(run.directory.root());  // of a coordinator that was killed
  const sweep::Manifest* const earlier = target.manifest ? &*target.manifest : nullptr;
  if (earlier != nullptr) {
    runners::run::check_same_data(run.directory, *earlier, dataset_checksum);
    warn_of_other_bits(run, *earlier);
  }
  if (earlier == nullptr && std::filesystem::exists(run.directory.spec_path())) {
    log("warning: {} has no manifest.json: it is made anew, and trials that are over stay so; the "
        "data must be those they were trained on\n",
        run.directory.root().string());
  }
  if (earlier == nullptr || target.growth.any() ||
      earlier->objectives != run.input.spec.objectives) {
    run.directory.create(
        runners::run::make_manifest(run.input, dataset_checksum, environment_of(run, executor),
                                    runners::run::command_line(), earlier),
        run.input.spec.text);
  }
  run.directory.prepare();
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// `selected`: trials this run is about, those that are over among them.
runners::schedule::RunOutcome train(const runners::run::PreparedRun& run, std::size_t selected,
                                    const runners::run::TrialList& pending,
                                    const runners::run::JobMaker& jobs,
                                    const runners::schedule::RunLock& lock) {
  std::vector<runners::schedule::PlannedTrial> planned = runners::run::planned_trials(
      run.input, pending, sweep::CostModel::load(runners::run::timing_path(run)));
  std::vector<runners::schedule::PendingTrial> waiting;
  for (const runners::schedule::PlannedTrial& trial : planned) {
    waiting.push_back({trial.id, trial.cost, trial.epochs});
  }
  const std::size_t workers = std::min(run.placement.workers(), pending.size());
  std::vector<runners::schedule::WorkerPlace> places;
  for (std::size_t worker = 0; worker < workers; ++worker) {
    places.push_back(run.place(worker));
  }
  runners::schedule::DirectoryStore store(run.directory);
  runners::schedule::ExhaustiveScheduler scheduler(std::move(waiting));
  runners::schedule::LocalExecutor executor(
      {run.worker,
       std::move(places),
       run.directory.workers_directory(),
       static_cast<std::int64_t>(run.options.memory_limit_bytes),
       {lock.descriptor()}});
  runners::schedule::RunState state(std::move(planned), selected - pending.size(), workers);
  runners::run::Timings timings(run, jobs);
  const auto progress = runners::schedule::standard_progress();
  const base::InterruptGuard interrupt;
  runners::schedule::RunOutcome outcome = runners::schedule::run_trials(
      {store, scheduler, executor, *progress, state, run.options.failure_policy(),
       [&jobs](const runners::schedule::Assignment& assignment) { return jobs.job(assignment); },
       seconds_now, interrupt.flag(),
       [&timings](const sweep::TrialResult& result) { timings.note(result); }});
  timings.save();
  return outcome;
}

int conclude(const runners::run::PreparedRun& run, const runners::schedule::RunOutcome& outcome,
             bool queued) {
  switch (outcome.end) {
    case runners::schedule::RunEnd::kInterrupted:
      if (queued) {
        return run.options.detach ? kDone : kInterrupted;  // what goes on has been said
      }
      log("{}\n", runners::run::stopped_text(run, "stopped"));
      return kInterrupted;
    case runners::schedule::RunEnd::kBlocked:
      throw Error(fmt::format("{}\n{}", outcome.blocked_by,
                              runners::run::stopped_text(run, "stopped until that is mended,")));
    case runners::schedule::RunEnd::kTooManyFailures:
      (void)runners::run::report_run(run);
      runners::run::advise(run, outcome.failed);
      log("{}\n", runners::run::stopped_text(
                      run, fmt::format("stopped after {}",
                                       runners::run::plural(outcome.failed, "failed trial"))));
      return kSomeTrialsFailed;
    case runners::schedule::RunEnd::kComplete:
      break;
  }
  const bool all_completed = runners::run::report_run(run);
  const runners::run::TrialList failed =
      all_completed
          ? runners::run::TrialList{}
          : runners::run::failed_trials(
                run.directory, runners::run::select_trials(run.input.expansion.trials, {}));
  runners::run::advise(run, failed.size());
  return all_completed ? kDone : kSomeTrialsFailed;
}

int run_sweep(const runners::run::RunOptions& options) {
  const double begin = seconds_now();
  const runners::run::PreparedRun run = runners::run::prepare_run(options);
  const sweep::ExecutorSpec executor = runners::run::executor_of(run);
  const bool queued = executor.kind != sweep::ExecutorKind::kLocal;
  const runners::run::TrialList selected =
      runners::run::select_trials(run.input.expansion.trials, options.only);
  auto lock = options.dry_run ? nullptr : lock_existing(run);
  runners::run::Target target = runners::run::check_target(run.directory, run.input);
  runners::run::TrialList pending = runners::run::pending_trials(run.directory, selected);
  const runners::run::TrialList again = options.retry_failed
                                            ? runners::run::failed_trials(run.directory, selected)
                                            : runners::run::TrialList{};
  const runners::run::TrialList damaged = runners::run::damaged_trials(run.directory, selected);
  if (options.dry_run) {
    const std::size_t to_train = pending.size() + again.size() + damaged.size();
    runners::run::announce(run, target.manifest ? target.growth : runners::run::Growth{}, to_train,
                           again.size(), queued);
    fmt::print("{}", runners::run::script_preview(run, executor, to_train));
    return kDone;
  }
  if (!queued) {
    runners::run::leave_queue(run.directory);
  }
  if (!queued && (!pending.empty() || !again.empty() || !damaged.empty())) {
    runners::schedule::check_worker(run.worker, run.place(0));
  }
  const std::string checksum =
      runners::data::open_dataset(run.input.spec.dataset, run.worker.dataset_cache).checksum();
  enter_directory(run, checksum, executor.kind, lock, target);
  for (const sweep::Trial* const trial : again) {
    run.directory.set_result_aside(trial->id);
  }
  for (const sweep::Trial* const trial : damaged) {
    run.directory.set_unusable_result_aside(trial->id);
  }
  pending = runners::run::pending_trials(run.directory, selected);
  runners::run::announce(run, target.manifest ? target.growth : runners::run::Growth{},
                         pending.size(), again.size(), queued);
  target.manifest.reset();  // large, and read
  const runners::run::JobMaker jobs(run.input, run.directory, checksum);
  const runners::schedule::RunOutcome outcome =
      queued ? runners::run::train_queued(run, executor, selected.size(), pending, jobs)
             : train(run, selected.size(), pending, jobs, *lock);
  const int exit_code = conclude(run, outcome, queued);
  if (outcome.over > 0 && outcome.end != runners::schedule::RunEnd::kInterrupted) {
    const std::string failed =
        outcome.failed == 0 ? "" : fmt::format(", {} of them failed", outcome.failed);
    log("{} ended in {}{}\n", runners::run::plural(outcome.over, "trial"),
        runners::schedule::duration_text(seconds_now() - begin), failed);
  }
  return exit_code;
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<runners::run::RunOptions>();
  CLI::App* const command = app.add_subcommand(
      "run", "Train every design of a sweep; go on where an earlier run of it stopped");
  add_run_options(*command, *options);
  command->footer(
      "Examples:\n"
      "  firesweep run configs/quickstart.yaml\n"
      "  firesweep run configs/quickstart.yaml --out runs/short --set epochs=1 --jobs 2\n"
      "  firesweep run my.yaml --trial-timeout 2h --memory-limit 4GB --max-failures 10\n"
      "  firesweep run my.yaml --retry-failed\n"
      "  firesweep run my.yaml --executor slurm --detach\n"
      "Ctrl-C stops cleanly; the same command goes on from the last finished epochs, and so it "
      "does\n"
      "after a crash. Values, seeds or epochs added to CONFIG later are trained; the rest is "
      "kept.\n"
      "Exit status: 0 every trial completed; 1 some failed, diverged or did not learn;\n"
      "2 bad input, a full disk, or data that changed; 130 interrupted. The directory is described "
      "in docs/run-directory.md.");
  command->callback([options, &exit_code] { exit_code = run_sweep(*options); });
}

}  // namespace firesweep::cli
