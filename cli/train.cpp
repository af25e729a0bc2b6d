// firesweep train: one trial of a run, alone and from scratch, to see whether it comes out the
// same.
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/log_reader.h"
#include "cli/commands.h"
#include "cli/run_arguments.h"
#include "cli/train_progress.h"
#include "runners/run/bit_comparison.h"
#include "runners/run/existing_run.h"
#include "runners/run/run_work.h"
#include "runners/run/train_plan.h"
#include "runners/schedule/local_executor.h"
#include "runners/schedule/run_lock.h"
#include "runners/schedule/run_loop.h"
#include "runners/schedule/trial_store.h"

namespace firesweep::cli {
namespace {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void write_error(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

/// Through the same run loop and workers as a sweep, but never tried twice.
runners::schedule::RunOutcome train(const runners::run::TrainPlan& plan,
                                    const sweep::RunDirectory& run,
                                    const volatile std::sig_atomic_t& stop,
                                    runners::run::TrialRecord& now) {
  const runners::schedule::RunLock lock(run.lock_path());
  const std::string& id = plan.trial().id;
  TrainProgress progress(write_error, ::isatty(STDERR_FILENO) == 1, plan.epochs);
  runners::schedule::DirectoryStore store(run);
  OneTrialScheduler scheduler({id, 1.0, plan.epochs}, [&](const sweep::EpochMetrics& metrics) {
    now.epochs.push_back(metrics);
    progress.epoch_over(metrics);
  });
  runners::schedule::LocalExecutor executor(
      {plan.worker, {plan.place}, run.workers_directory(), 0, {lock.descriptor()}});
  runners::schedule::RunState state({{id, plan.label, 1.0, plan.epochs}}, 0, 1);
  const runners::run::JobMaker jobs(plan.input, run, plan.manifest.dataset_checksum);
  return runners::schedule::run_trials(
      {store, scheduler, executor, progress, state, runners::schedule::FailurePolicy{.retries = 0},
       [&jobs](const runners::schedule::Assignment& assignment) { return jobs.job(assignment); },
       seconds_now, stop, [&now](const sweep::TrialResult& result) { now.result = result; }});
}

std::string result_text(const sweep::TrialResult& result) {
  std::string text = fmt::format("{}", sweep::to_string(result.state));
  const auto add = [&text](std::string_view name, const std::optional<double>& fraction) {
    if (fraction) {
      text += fmt::format(", {} {:.2f} %", name, 100.0 * *fraction);
    }
  };
  add("validation top-1", result.validation_top1);
  add("top-5", result.validation_top5);
  add("test top-1", result.test_top1);
  add("top-5", result.test_top5);
  text +=
      fmt::format("; {} epoch{} in {:.1f} s, {:.0f} images/s\n", result.epochs,
                  result.epochs == 1 ? "" : "s", result.train_seconds, result.images_per_second);
  return result.reason.empty() ? text : text + result.reason + "\n";
}

void print_worker_log(const sweep::RunDirectory& run, std::string_view id) {
  base::LogReader log(run.log_path(id));
  write_error("the worker's log:\n");
  for (std::string text = log.read_on(); !text.empty(); text = log.read_on()) {
    write_error(text);
  }
}

int conclude(const runners::run::TrainPlan& plan, const sweep::RunDirectory& run,
             const runners::run::TrialRecord& recorded, const runners::run::TrialRecord& now) {
  const std::string& id = plan.trial().id;
  const runners::run::BitComparison comparison = runners::run::compare_bits(recorded, now);
  fmt::print("{}{}", result_text(*now.result),
             runners::run::comparison_text(comparison, recorded, now));
  std::fflush(stdout);
  if (now.result->state == sweep::TrialState::kFailed) {
    print_worker_log(run, id);
  }
  const bool completed = now.result->state == sweep::TrialState::kCompleted;
  return completed && comparison.same() ? kDone : kSomeTrialsFailed;
}

int train_one(const runners::run::TrainOptions& options) {
  const runners::run::TrainPlan plan = runners::run::make_train_plan(options);
  // Before hours of training: a damaged file can't be compared with.
  const runners::run::TrialRecord recorded{plan.recorded.load_epochs(plan.trial().id),
                                           plan.recorded.load_result(plan.trial().id)};
  const base::InterruptGuard interrupt;
  const runners::run::TrainDirectory directory(options, plan);
  const sweep::RunDirectory& run = directory.run();
  log("{} {}: {} epoch{} with {} thread{} on {}{}\n", plan.trial().id, plan.label, plan.epochs,
      plan.epochs == 1 ? "" : "s", plan.worker.threads_per_job,
      plan.worker.threads_per_job == 1 ? "" : "s", plan.place.device,
      directory.stays() ? fmt::format(", in {}", run.root().string()) : std::string());
  runners::run::TrialRecord now;
  const runners::schedule::RunOutcome outcome = train(plan, run, interrupt.flag(), now);
  if (outcome.end == runners::schedule::RunEnd::kInterrupted) {
    log("interrupted after {} of {} epochs\n", now.epochs.size(), plan.epochs);
    return kInterrupted;
  }
  if (!now.result) {
    throw Error(outcome.blocked_by);
  }
  return conclude(plan, run, recorded, now);
}

}  // namespace

void add_train(CLI::App& app, int& exit_code) {
  constexpr int kMostThreads = 1024;
  auto options = std::make_shared<runners::run::TrainOptions>();
  CLI::App& command = *app.add_subcommand(
      "train", "Train one trial of a run alone, from scratch, and compare it to the bit");
  add_directory(command, options->directory, "Run directory; it is not changed");
  command.add_option("ID", options->id, "Trial: its id, or the beginning of it")
      ->required()
      ->type_name("");
  command
      .add_option("--out", options->out,
                  "Train in this new run directory (default: a temporary one, removed at the end)")
      ->type_name("DIR");
  command.add_flag("--keep", options->keep, "Keep the temporary directory");
  command
      .add_option("--threads-per-job", options->threads_per_job,
                  "Threads to train with (default: as in the run)")
      ->check(CLI::Range(1, kMostThreads))
      ->type_name("T");
  command.add_option("--device", options->device, "cpu or cuda:<n> (default: as in the run)")
      ->type_name("DEVICE");
  command.add_option("--worker", options->worker, "Worker program (default: beside firesweep)")
      ->type_name("PATH");
  command.footer(
      "Examples:\n"
      "  firesweep train runs/quickstart 1f0c\n"
      "  firesweep train runs/quickstart 1f0c --out runs/again\n"
      "Exit status: 0 completed, and with the same bits if any are recorded; 1 it did not "
      "complete\n"
      "or differs; 2 bad input; 130 interrupted.");
  command.callback([options, &exit_code] { exit_code = train_one(*options); });
}

}  // namespace firesweep::cli
