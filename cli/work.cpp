// firesweep work: an agent. Takes trials of a run that queues them and trains them here.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <random>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "base/command_runner.h"
#include "base/error.h"
#include "base/host.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "cli/agent_progress.h"
#include "cli/commands.h"
#include "cli/run_arguments.h"
#include "runners/cluster/agent.h"
#include "runners/cluster/agent_executor.h"
#include "runners/cluster/agent_settings.h"
#include "runners/cluster/clocks.h"
#include "runners/cluster/slurm/slurm_settings.h"
#include "runners/data/dataset.h"
#include "runners/run/existing_run.h"
#include "runners/run/run_options.h"
#include "runners/schedule/local_executor.h"
#include "runners/schedule/run_loop.h"

namespace firesweep::cli {
namespace {

/// Agents that may be lost with a trial until that is thought to be the trial's doing.
constexpr std::size_t kMostLostAgents = 10;

struct WorkOptions {
  std::filesystem::path directory;
  std::optional<std::filesystem::path> worker;
  runners::schedule::PlacementOptions placement;
};

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

/// "123_4" if Slurm started this process.
std::string slurm_job() {
  const std::string array = variable("SLURM_ARRAY_JOB_ID");
  return array.empty() ? variable("SLURM_JOB_ID")
                       : fmt::format("{}_{}", array, variable("SLURM_ARRAY_TASK_ID"));
}

class WorkSession {
 public:
  WorkSession(const WorkOptions& options, const sweep::RunDirectory& run,
              const runners::cluster::AgentSettings& settings)
      : run_(run),
        settings_(settings),
        files_(std::filesystem::absolute(run.root())),
        store_(run),
        worker_{runners::schedule::find_worker(options.worker), settings.threads_per_job,
                std::filesystem::absolute(runners::data::default_cache_directory())},
        placement_(placed(options, settings)) {}

  int work() {
    runners::schedule::check_worker(worker_, place(0));
    const base::InterruptGuard interrupt(true);
    runners::schedule::RunState state({}, 0, placement_.workers());
    runners::cluster::Agent agent(files_, agent_options(state));
    if (agent.dismissed()) {
      log("this run was cancelled; the command that began it goes on\n");
      return kDone;
    }
    log("agent {} works on {} with {} {}{}\n", agent.name(), run_.root().string(),
        placement_.workers(), placement_.workers() == 1 ? "worker" : "workers",
        slurm_job().empty() ? "" : fmt::format(" (Slurm job {})", slurm_job()));
    compare_clocks(agent.name());
    const runners::schedule::RunOutcome outcome = train(agent, state, interrupt);
    return conclude(agent, outcome, interrupt.flag());
  }

 private:
  void compare_clocks(const std::string& name) {
    try {
      const auto ahead = runners::cluster::clock_ahead(
          files_, std::filesystem::absolute(run_.root()), fmt::format("clocks/.{}", name),
          static_cast<double>(::time(nullptr)));
      const std::string words =
          runners::cluster::clock_words(base::host_name(), ahead.value_or(0.0));
      if (!words.empty()) {
        log("{}\n", words);
      }
      runners::cluster::report_clock(files_, base::host_name(), words);
    } catch (const FileError&) {
      // Whether there is room for a file shows when one matters.
    }
  }

  static runners::schedule::Placement placed(const WorkOptions& options,
                                             const runners::cluster::AgentSettings& settings) {
    runners::schedule::PlacementOptions placement = options.placement;
    placement.threads_per_job = settings.threads_per_job;
    placement.device = settings.device;
    if (placement.jobs == 0 && placement.device == "cpu") {
      placement.jobs = runners::cluster::jobs_of_share(variable("SLURM_CPUS_PER_TASK"),
                                                       placement.threads_per_job);
    }
    return runners::schedule::place_workers(placement, base::available_processors());
  }

  [[nodiscard]] runners::schedule::WorkerPlace place(std::size_t worker) const {
    return {placement_.devices[worker],
            placement_.processors.empty() ? std::vector<int>{} : placement_.processors[worker],
            fmt::format("{}:{}/{}", base::host_name(), ::getpid(), worker)};
  }

  [[nodiscard]] runners::cluster::AgentOptions agent_options(runners::schedule::RunState& state) {
    runners::cluster::AgentOptions options;
    options.identity = {base::host_name(), ::getpid(), base::utc_now(), slurm_job(),
                        placement_.workers()};
    options.lease_seconds = settings_.lease_seconds;
    options.clock = seconds_now;
    options.seed = std::random_device()();
    options.on_taken = [&state](const runners::cluster::QueuedJob& job) {
      state.plan_more({job.job.trial_id, job.label, job.cost, job.job.to_epoch});
    };
    options.on_takeover = [this](const runners::cluster::QueuedJob& job, const std::string& agent) {
      return taken_over(job, agent);
    };
    return options;
  }

  /// False if that many agents have been lost with the trial that it is to blame.
  [[nodiscard]] bool taken_over(const runners::cluster::QueuedJob& job, const std::string& agent) {
    const std::string& id = job.job.trial_id;
    const std::string reason = fmt::format("agent {} was lost", agent);
    run_.add_attempt(id, {base::utc_now(), sweep::FailureCause::kAgentLost, reason});
    std::size_t lost = 0;
    for (const sweep::LostAttempt& attempt : run_.load_attempts(id)) {
      lost += attempt.cause == sweep::FailureCause::kAgentLost ? 1U : 0U;
    }
    log("{} {}: {}; goes on here\n", id, job.label, reason);
    if (lost < kMostLostAgents) {
      return true;
    }
    store_.record(store_.failed_result(
        id, sweep::FailureCause::kAgentLost,
        fmt::format("{} agents were lost while they trained it, the last one {}", lost, agent)));
    return false;
  }

  runners::schedule::RunOutcome train(runners::cluster::Agent& agent,
                                      runners::schedule::RunState& state,
                                      const base::InterruptGuard& interrupt) {
    std::vector<runners::schedule::WorkerPlace> places;
    for (std::size_t worker = 0; worker < placement_.workers(); ++worker) {
      places.push_back(place(worker));
    }
    runners::schedule::LocalExecutor local({.worker = worker_,
                                            .places = std::move(places),
                                            .log_directory = run_.workers_directory(),
                                            .memory_limit_bytes = settings_.memory_limit_bytes,
                                            .log_name = agent.name()});
    runners::cluster::AgentExecutor executor(local, agent);
    AgentProgress progress;
    return runners::schedule::run_trials(
        {store_,
         agent,
         executor,
         progress,
         state,
         runners::schedule::FailurePolicy{settings_.retries, 0, settings_.trial_timeout_seconds},
         [&](const runners::schedule::Assignment& assignment) {
           runners::jobs::TrainJob job = agent.job(assignment);
           job.run_directory = std::filesystem::absolute(run_.root());  // as this machine sees it
           return job;
         },
         seconds_now,
         interrupt.flag(),
         {}});
  }

  int conclude(runners::cluster::Agent& agent, const runners::schedule::RunOutcome& outcome,
               int signal) {
    const auto& operations = files_.operations();
    log("{} trials ended here; {} operations on the queue's files\n", outcome.over,
        operations.sum());
    if (outcome.end == runners::schedule::RunEnd::kBlocked) {
      throw Error(outcome.blocked_by);
    }
    if (agent.dismissed()) {
      log("cancelled: its trials are given back\n");
      return kInterrupted;
    }
    if (outcome.end != runners::schedule::RunEnd::kInterrupted) {
      log("{}\n", agent.queue_empty() ? "nothing is left" : "others have what is left");
      return kDone;
    }
    log("{}: its trials are given back\n",
        signal == SIGUSR2 ? "the time is nearly up" : "told to stop");
    if (signal == SIGUSR2) {
      if (!agent.productive()) {
        note_fruitless(agent);
      }
      queue_again();
    }
    return kInterrupted;
  }

  /// A limit below one epoch would let a trial begin for ever.
  void note_fruitless(const runners::cluster::Agent& agent) {
    for (const std::string& id : agent.held()) {
      const std::string reason = "the time of its Slurm job was up before an epoch was through";
      store_.add_attempt(id, sweep::FailureCause::kTimeout, reason);
      if (store_.attempts(id) > settings_.retries) {
        store_.record(store_.failed_result(
            id, sweep::FailureCause::kTimeout,
            fmt::format("{}, {} times; raise executor.time, or make epochs shorter", reason,
                        store_.attempts(id))));
      }
    }
  }

  /// A job that has come to its limit is not queued again by Slurm itself.
  void queue_again() {
    const std::string job = slurm_job();
    if (job.empty() || runners::cluster::JobQueue(files_).files().empty()) {
      return;
    }
    log("queued again: Slurm job {}\n", job);
    requeue_ = job;
  }

 public:
  /// A Slurm job that is to be queued again once everything here has been given back.
  [[nodiscard]] const std::string& requeue() const { return requeue_; }

 private:
  const sweep::RunDirectory& run_;
  const runners::cluster::AgentSettings& settings_;
  runners::cluster::DirectoryFiles files_;
  runners::schedule::DirectoryStore store_;
  runners::schedule::WorkerProgram worker_;
  runners::schedule::Placement placement_;
  std::string requeue_;
};

int work(const WorkOptions& options) {
  const sweep::RunDirectory run = runners::run::existing_run(options.directory);
  runners::cluster::DirectoryFiles files(run.root());
  const auto settings = runners::cluster::load_agent_settings(files);
  if (!settings) {
    throw Error(fmt::format(
        "{}: nothing is queued here for agents; begin the run with 'firesweep run CONFIG --out {} "
        "--executor shared', or slurm",
        run.root().string(), run.root().string()));
  }
  WorkSession session(options, run, *settings);
  const int exit_code = session.work();
  if (!session.requeue().empty()) {  // ends this process
    const base::CommandResult result =
        base::ProcessRunner().run({"scontrol", "requeue", session.requeue()});
    if (!result.succeeded) {
      log("Slurm does not queue it again: {}\n", result.complaint);
    }
  }
  return exit_code;
}

}  // namespace

void add_work(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<WorkOptions>();
  CLI::App& command = *app.add_subcommand(
      "work", "Train trials of a run that queues them, here, together with others");
  add_directory(command, options->directory, "Run directory, on a file system that all share");
  add_worker_options(command, options->placement, options->worker);
  command.footer(
      "Examples:\n"
      "  firesweep run my.yaml --executor shared     # on one machine: queues the trials, and "
      "watches\n"
      "  firesweep work runs/my --jobs 4             # on this one, and on others\n"
      "It leaves when nothing is left to take. Ctrl-C gives back what it holds; if it dies, "
      "others\n"
      "take that over after a while, from the last finished epochs. Slurm jobs of 'firesweep run\n"
      "--executor slurm' are this command.\n"
      "Exit status: 0 nothing is left; 2 bad input; 130 told to stop.");
  command.callback([options, &exit_code] { exit_code = work(*options); });
}

}  // namespace firesweep::cli
