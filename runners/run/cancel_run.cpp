#include "runners/run/cancel_run.h"

#include <csignal>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/host.h"
#include "base/printable.h"
#include "runners/cluster/agent_settings.h"
#include "runners/cluster/agents.h"
#include "runners/cluster/job_queue.h"
#include "runners/cluster/slurm/slurm_ledger.h"
#include "runners/run/existing_run.h"
#include "runners/schedule/run_lock.h"

namespace firesweep::runners::run {
namespace {

void cancel_local(const sweep::RunDirectory& run, const schedule::Note& note) {
  const auto holder = schedule::RunLock::holder(run.lock_path());
  if (!holder) {
    note(fmt::format("no process works on {}", run.root().string()));
    return;
  }
  if (holder->host != base::host_name() || holder->pid <= 0 ||
      ::kill(static_cast<pid_t>(holder->pid), SIGINT) != 0) {
    throw Error(fmt::format("{}: this run is under way on host {} as process {}: cancel it there",
                            run.root().string(), holder->host, holder->pid));
  }
  note(fmt::format("asked process {} to stop", holder->pid));
}

/// One call for all its jobs. What of them still runs is recorded as exiting.
void cancel_slurm(cluster::SharedFiles& files, std::vector<cluster::SlurmSubmission> submissions,
                  base::CommandRunner& commands, const schedule::Note& note) {
  constexpr std::string_view kOtherwise =
      "waiting jobs exit as soon as they start, unless the run is resumed first";
  if (base::find_program("scancel").empty()) {
    note(fmt::format("no Slurm here (no scancel in PATH): {}", kOtherwise));
    return;
  }
  const base::CommandResult result =
      commands.run({"scancel", "--me", fmt::format("--name={}", cluster::job_names(submissions))});
  if (!result.succeeded) {
    note(fmt::format("Slurm does not cancel its jobs ({}): {}; or cancel again later",
                     base::first_line(result.stderr_text), kOtherwise));
    return;
  }
  for (cluster::SlurmSubmission& submission : submissions) {
    submission.cancelled = true;
  }
  cluster::save_submissions(files, submissions);
  note("cancelled its Slurm jobs, if any were left");
}

}  // namespace

void cancel_run(const std::filesystem::path& directory, base::CommandRunner& commands,
                const schedule::Note& note) {
  const sweep::RunDirectory run = existing_run(directory);
  cluster::DirectoryFiles files(run.root());
  if (!cluster::load_agent_settings(files)) {
    cancel_local(run, note);
    return;
  }
  cluster::JobQueue(files).send({.exit = true});
  cluster::AgentWatch agents(files, 0.0);
  agents.list();
  if (agents.count() > 0) {
    note(fmt::format("notified {} agent{}; they release their trials within seconds",
                     agents.count(), agents.count() == 1 ? "" : "s"));
  } else {
    note(fmt::format("no agent works on {}", run.root().string()));
  }
  if (auto submissions = cluster::load_submissions(files);
      !cluster::job_names(submissions).empty()) {
    cancel_slurm(files, std::move(submissions), commands, note);
  }
  note("the command that started the run resumes it");
}

}  // namespace firesweep::runners::run
