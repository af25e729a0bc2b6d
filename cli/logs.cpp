#include "cli/logs.h"

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <poll.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "base/log_reader.h"
#include "cli/exit_code.h"
#include "cli/run_arguments.h"
#include "cli/unit_options.h"
#include "runners/run/existing_run.h"
#include "runners/run/log_source.h"

namespace firesweep::cli {
namespace {

constexpr int kPollMilliseconds = 200;

struct LogsOptions {
  std::filesystem::path directory;
  std::string id;
  std::string worker;  // number, Slurm's job and task, or name of a file in workers/
  std::optional<std::size_t> lines;
  bool follow = false;
};

int print_log(const LogsOptions& options) {
  const sweep::RunDirectory run = runners::run::existing_run(options.directory);
  const runners::run::LogSource source = options.worker.empty()
                                             ? runners::run::trial_log(run, options.id)
                                             : runners::run::worker_log(run, options.worker);
  base::LogReader reader(source.path);
  if (options.lines) {
    reader.skip_to_last(*options.lines);
  }
  const base::InterruptGuard interrupt;
  while (interrupt.flag() == 0) {
    // Checked before reading, so that everything written until then is printed.
    const bool last = !options.follow || source.is_finished();
    for (std::string text = reader.read_next(); !text.empty(); text = reader.read_next()) {
      std::fwrite(text.data(), 1, text.size(), stdout);
    }
    std::fflush(stdout);
    if (last) {
      if (!reader.exists()) {
        log("{}\n", source.absence());
      }
      log("{}", source.end());
      return kDone;
    }
    ::poll(nullptr, 0, kPollMilliseconds);
  }
  return kInterrupted;
}

void check(const LogsOptions& options) {
  if (options.id.empty() && options.worker.empty()) {
    throw CLI::RequiredError("ID of a trial, or --worker,");
  }
}

}  // namespace

void add_logs(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<LogsOptions>();
  CLI::App& command = *app.add_subcommand("logs", "Print the output of a trial's worker");
  add_directory(command, options->directory);
  CLI::Option* const id =
      command.add_option("ID", options->id, "Trial: its id, or the beginning of it")->type_name("");
  command.add_option("--lines", options->lines, "Only the last N lines")
      ->type_name("N")
      ->check(whole_number(0));
  command.add_flag("--follow", options->follow,
                   "Continue until the trial is finished or no process works on the run");
  command
      .add_option("--worker", options->worker,
                  "Output of worker 0, 1, ... between trials, or of an agent (Slurm's job and task "
                  "such as 85_1, or the name of a file in workers/)")
      ->type_name("NAME")
      ->excludes(id);
  command.footer(
      "Examples:\n"
      "  firesweep logs runs/quickstart 1f0c\n"
      "  firesweep logs runs/quickstart 1f0c --lines 20 --follow\n"
      "  firesweep logs runs/quickstart --worker 0\n"
      "  firesweep logs runs/quickstart --worker 85_1     # an agent in a Slurm job\n"
      "Ids are in results.csv, in the output of run, status and report, and in plan --format csv.");
  command.callback([options, &exit_code] {
    check(*options);
    exit_code = print_log(*options);
  });
}

}  // namespace firesweep::cli
