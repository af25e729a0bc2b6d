#include "cli/train.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "base/log_reader.h"
#include "cli/exit_code.h"
#include "cli/progress_display.h"
#include "cli/run_arguments.h"
#include "cli/train_progress.h"
#include "cli/unit_options.h"
#include "runners/run/bit_comparison.h"
#include "runners/run/train_again.h"
#include "runners/run/train_plan.h"

namespace firesweep::cli {
namespace {

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
  for (std::string text = log.read_next(); !text.empty(); text = log.read_next()) {
    write_error(text);
  }
}

int train_one(const runners::run::TrainOptions& options) {
  const runners::run::TrainPlan plan = runners::run::make_train_plan(options);
  const runners::run::TrialRecord recorded = runners::run::recorded_trial(plan);
  const base::InterruptGuard interrupt;
  const runners::run::TrainDirectory directory(options, plan);
  const sweep::RunDirectory& run = directory.run();
  log("{} {}: {} epoch{} with {} thread{} on {}{}\n", plan.trial().id, plan.label, plan.epochs,
      plan.epochs == 1 ? "" : "s", plan.worker.threads_per_job,
      plan.worker.threads_per_job == 1 ? "" : "s", plan.place.device,
      directory.stays() ? fmt::format(", in {}", run.root().string()) : std::string());
  TrainProgress progress(write_error, ::isatty(STDERR_FILENO) == 1, plan.epochs);
  const runners::run::TrainAnswer answer = runners::run::train_again(
      plan, recorded, run, progress,
      [&progress](const sweep::EpochMetrics& metrics) { progress.epoch_over(metrics); },
      interrupt.flag());
  if (answer.interrupted) {
    log("interrupted after {} of {} epochs\n", answer.now.epochs.size(), plan.epochs);
    return kInterrupted;
  }
  fmt::print("{}{}", result_text(*answer.now.result),
             runners::run::comparison_text(answer.comparison, recorded, answer.now));
  std::fflush(stdout);
  if (answer.now.result->state == sweep::TrialState::kFailed) {
    print_worker_log(run, plan.trial().id);
  }
  return answer.reproduced() ? kDone : kSomeTrialsFailed;
}

}  // namespace

void add_train(CLI::App& app, int& exit_code) {
  constexpr std::uint64_t kMaxThreads = 1024;
  auto options = std::make_shared<runners::run::TrainOptions>();
  CLI::App& command = *app.add_subcommand(
      "train", "Train one trial of a run again, from scratch, and compare it bit by bit");
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
      ->check(whole_number(1, kMaxThreads))
      ->type_name("T");
  command.add_option("--device", options->device, "cpu or cuda:<n> (default: as in the run)")
      ->type_name("DEVICE");
  command.add_option("--worker", options->worker, "Worker program (default: next to firesweep)")
      ->type_name("PATH");
  command.footer(
      "Examples:\n"
      "  firesweep train runs/quickstart 1f0c\n"
      "  firesweep train runs/quickstart 1f0c --out runs/again\n"
      "Exit status: 0 completed, and bit-identical to what is recorded; 1 it did not complete or\n"
      "differs; 2 bad input; 130 interrupted.");
  command.callback([options, &exit_code] { exit_code = train_one(*options); });
}

}  // namespace firesweep::cli
