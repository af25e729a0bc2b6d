// firesweep cancel: ends whatever works on a run.
#include <csignal>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/command_runner.h"
#include "base/error.h"
#include "base/host.h"
#include "base/log.h"
#include "base/printable.h"
#include "cli/commands.h"
#include "cli/run_arguments.h"
#include "runners/cluster/agent_settings.h"
#include "runners/cluster/agents.h"
#include "runners/cluster/job_queue.h"
#include "runners/cluster/slurm/slurm_ledger.h"
#include "runners/run/existing_run.h"
#include "runners/schedule/run_lock.h"

namespace firesweep::cli {
namespace {

int cancel_local(const sweep::RunDirectory& run) {
  const auto holder = runners::schedule::RunLock::holder(run.lock_path());
  if (!holder) {
    log("nobody is working on {}\n", run.root().string());
    return kDone;
  }
  if (holder->host != base::host_name() || holder->pid <= 0 ||
      ::kill(static_cast<pid_t>(holder->pid), SIGINT) != 0) {
    throw Error(fmt::format("{}: this run is under way on host {} as process {}: cancel it there",
                            run.root().string(), holder->host, holder->pid));
  }
  log("asked process {} to stop\n", holder->pid);
  return kDone;
}

/// One call for all its jobs. What of them still runs is remembered as about to leave.
void cancel_slurm(runners::cluster::SharedFiles& files,
                  std::vector<runners::cluster::SlurmSubmission> submissions) {
  constexpr std::string_view kOtherwise =
      "jobs that wait leave as soon as they begin, unless the run goes on before";
  if (base::find_program("scancel").empty()) {
    log("no Slurm here (no scancel in PATH): {}\n", kOtherwise);
    return;
  }
  const base::CommandResult result = base::ProcessRunner().run(
      {"scancel", "--me", fmt::format("--name={}", runners::cluster::job_names(submissions))});
  if (!result.succeeded) {
    log("Slurm does not cancel its jobs ({}): {}; or cancel again later\n",
        base::first_line(result.complaint), kOtherwise);
    return;
  }
  for (runners::cluster::SlurmSubmission& submission : submissions) {
    submission.cancelled = true;
  }
  runners::cluster::save_submissions(files, submissions);
  log("cancelled its Slurm jobs, if any were left\n");
}

int cancel(const std::filesystem::path& directory) {
  const sweep::RunDirectory run = runners::run::existing_run(directory);
  runners::cluster::DirectoryFiles files(run.root());
  if (!runners::cluster::load_agent_settings(files)) {
    return cancel_local(run);
  }
  runners::cluster::JobQueue(files).give({.leave = true});
  runners::cluster::AgentWatch agents(files, 0.0);
  agents.list();
  if (agents.count() > 0) {
    log("told {} agent{} to leave; they give their trials back within seconds\n", agents.count(),
        agents.count() == 1 ? "" : "s");
  } else {
    log("no agent is at work on {}\n", run.root().string());
  }
  if (const auto submissions = runners::cluster::load_submissions(files);
      !runners::cluster::job_names(submissions).empty()) {
    cancel_slurm(files, submissions);
  }
  log("the command that began the run goes on with it\n");
  return kDone;
}

}  // namespace

void add_cancel(CLI::App& app, int& exit_code) {
  auto directory = std::make_shared<std::filesystem::path>();
  CLI::App& command = *app.add_subcommand(
      "cancel", "End the processes, agents and Slurm jobs that work on a run; nothing is lost");
  add_directory(command, *directory);
  command.footer(
      "Examples:\n"
      "  firesweep cancel runs/my\n"
      "Trials keep their finished epochs: 'firesweep run' goes on where they are. From any "
      "machine\n"
      "that sees the directory; a run without agents is stopped on its own machine alone.");
  command.callback([directory, &exit_code] { exit_code = cancel(*directory); });
}

}  // namespace firesweep::cli
