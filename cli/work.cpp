#include "cli/work.h"

#include <memory>
#include <string_view>

#include "base/command_runner.h"
#include "base/log.h"
#include "cli/agent_progress.h"
#include "cli/exit_code.h"
#include "cli/run_arguments.h"
#include "runners/run/work_session.h"

namespace firesweep::cli {
namespace {

int work(const runners::run::WorkOptions& options) {
  AgentProgress progress;
  base::ProcessRunner commands;
  const runners::run::WorkResult result = runners::run::work_on_run(
      options, [](std::string_view line) { log("{}\n", line); }, progress, commands);
  return result == runners::run::WorkResult::kDone ? kDone : kInterrupted;
}

}  // namespace

void add_work(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<runners::run::WorkOptions>();
  CLI::App& command = *app.add_subcommand(
      "work", "Train trials of a run that queues them, together with other agents");
  add_directory(command, options->directory, "Run directory, on a shared file system");
  add_worker_options(command, options->placement, options->worker);
  command.footer(
      "Examples:\n"
      "  firesweep run my.yaml --executor shared     # on one machine: queues the trials\n"
      "  firesweep work runs/my --jobs 4             # on this machine, and on others\n"
      "It exits when no trials are left. Ctrl-C releases its trials. If it dies, other "
      "agents\n"
      "reclaim them after a while and resume from the last finished epochs. The Slurm jobs of\n"
      "'firesweep run --executor slurm' are this command.\n"
      "Exit status: 0 nothing is left; 2 bad input; 130 interrupted.");
  command.callback([options, &exit_code] { exit_code = work(*options); });
}

}  // namespace firesweep::cli
