#include "cli/run.h"

#include <cstdio>
#include <memory>
#include <string>

#include "base/log.h"
#include "cli/exit_code.h"
#include "cli/output_columns.h"
#include "cli/progress_display.h"
#include "cli/run_arguments.h"
#include "runners/run/run_sweep.h"

namespace firesweep::cli {
namespace {

int exit_code_of(runners::run::RunResult result) {
  switch (result) {
    case runners::run::RunResult::kDone:
      return kDone;
    case runners::run::RunResult::kSomeTrialsFailed:
      return kSomeTrialsFailed;
    case runners::run::RunResult::kInterrupted:
      break;
  }
  return kInterrupted;
}

int run(const runners::run::RunOptions& options) {
  const auto progress = standard_progress();
  const runners::run::RunAnswer answer = runners::run::run_sweep(options, *progress);
  std::fwrite(answer.text.data(), 1, answer.text.size(), stdout);
  std::fflush(stdout);
  for (const std::string& line : answer.notes) {
    log("{}\n", line);
  }
  return exit_code_of(answer.result);
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<runners::run::RunOptions>();
  CLI::App* const command =
      app.add_subcommand("run", "Train every design of a sweep; resume an earlier run of it");
  add_run_options(*command, *options);
  command->footer(
      "Examples:\n"
      "  firesweep run configs/quickstart.yaml\n"
      "  firesweep run configs/quickstart.yaml --out runs/short --set epochs=1 --jobs 2\n"
      "  firesweep run my.yaml --trial-timeout 2h --memory-limit 4GB --max-failures 10\n"
      "  firesweep run my.yaml --retry-failed\n"
      "  firesweep run my.yaml --only best --seeds 5\n"
      "  firesweep run my.yaml --executor slurm --detach\n"
      "Ctrl-C stops cleanly. The same command resumes from the last finished epochs, also after a\n"
      "crash. Values, seeds or epochs that are added to CONFIG later are trained; the rest is "
      "kept.\n"
      "Exit status: 0 every trial completed; 1 some failed, diverged or did not learn;\n"
      "2 bad input, a full disk, or data that changed; 130 interrupted.\n"
      "docs/run-directory.md describes the directory.");
  command->callback([options, &exit_code] {
    options->columns = output_columns();
    exit_code = run(*options);
  });
}

}  // namespace firesweep::cli
