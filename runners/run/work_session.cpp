#include "runners/run/work_session.h"

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <random>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/counts.h"
#include "base/error.h"
#include "base/host.h"
#include "base/steady_seconds.h"
#include "runners/cluster/agent_executor.h"
#include "runners/cluster/clocks.h"
#include "runners/cluster/job_queue.h"
#include "runners/cluster/slurm/slurm_settings.h"
#include "runners/data/dataset.h"
#include "runners/run/existing_run.h"
#include "runners/schedule/local_executor.h"

namespace firesweep::runners::run {
namespace {

/// Agents that may be lost with a trial before the trial is blamed for it.
constexpr std::size_t kMaxLostAgents = 10;

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

schedule::Placement placed(const WorkOptions& options, const cluster::AgentSettings& settings) {
  schedule::PlacementOptions placement = options.placement;
  placement.threads_per_job = settings.threads_per_job;
  placement.device = settings.device;
  if (placement.jobs == 0 && placement.device == "cpu") {
    placement.jobs =
        cluster::jobs_for_cpus(variable("SLURM_CPUS_PER_TASK"), placement.threads_per_job);
  }
  return schedule::place_workers(placement, base::available_processors());
}

}  // namespace

WorkSession::WorkSession(const WorkOptions& options, const sweep::RunDirectory& run,
                         const cluster::AgentSettings& settings, schedule::Note note,
                         schedule::ProgressSink& progress)
    : run_(run),
      settings_(settings),
      note_(std::move(note)),
      progress_(progress),
      files_(std::filesystem::absolute(run.root())),
      store_(run),
      worker_{schedule::find_worker(options.worker), settings.threads_per_job,
              std::filesystem::absolute(data::default_cache_directory())},
      placement_(placed(options, settings)) {}

WorkResult WorkSession::work() {
  schedule::check_worker(worker_, place(0));
  const base::InterruptGuard interrupt(true);
  schedule::RunState state({}, 0, placement_.workers());
  cluster::Agent agent(files_, agent_options(state));
  if (agent.cancelled()) {
    note_("this run was cancelled; the command that started it resumes it");
    return WorkResult::kDone;
  }
  note_(fmt::format("agent {} works on {} with {} {}{}", agent.name(), run_.root().string(),
                    placement_.workers(), placement_.workers() == 1 ? "worker" : "workers",
                    slurm_job().empty() ? "" : fmt::format(" (Slurm job {})", slurm_job())));
  compare_clocks(agent.name());
  const schedule::RunOutcome outcome = train(agent, state, interrupt);
  return conclude(agent, outcome, interrupt.flag());
}

void WorkSession::compare_clocks(const std::string& name) {
  try {
    const auto ahead =
        cluster::clock_ahead(files_, std::filesystem::absolute(run_.root()),
                             fmt::format("clocks/.{}", name), static_cast<double>(::time(nullptr)));
    const std::string words = cluster::clock_text(base::host_name(), ahead.value_or(0.0));
    if (!words.empty()) {
      note_(words);
    }
    cluster::report_clock(files_, base::host_name(), words);
  } catch (const FileError&) {
    // Whether there is room for a file shows when one matters.
  }
}

schedule::WorkerPlace WorkSession::place(std::size_t worker) const {
  return {placement_.devices[worker],
          placement_.processors.empty() ? std::vector<int>{} : placement_.processors[worker],
          fmt::format("{}:{}/{}", base::host_name(), ::getpid(), worker)};
}

cluster::AgentOptions WorkSession::agent_options(schedule::RunState& state) {
  cluster::AgentOptions options;
  options.identity = {base::host_name(), ::getpid(), base::utc_now(), slurm_job(),
                      placement_.workers()};
  options.lease_seconds = settings_.lease_seconds;
  options.clock = base::steady_seconds;
  options.seed = std::random_device()();
  options.on_acquired = [&state](const cluster::QueuedJob& job) {
    const auto* const train = std::get_if<jobs::TrainJob>(&job.job.payload);
    state.plan_more({job.job.id, job.label, job.cost, train == nullptr ? 0 : train->to_epoch});
  };
  options.on_reclaim = [this](const cluster::QueuedJob& job, const std::string& agent) {
    return reclaimed(job, agent);
  };
  return options;
}

bool WorkSession::reclaimed(const cluster::QueuedJob& job, const std::string& agent) {
  const std::string& id = job.job.id;
  const std::string reason = fmt::format("agent {} was lost", agent);
  run_.add_attempt(id, {base::utc_now(), sweep::FailureCause::kAgentLost, reason});
  std::size_t lost = 0;
  for (const sweep::LostAttempt& attempt : run_.load_attempts(id)) {
    lost += attempt.cause == sweep::FailureCause::kAgentLost ? 1U : 0U;
  }
  note_(fmt::format("{} {}: {}; resumes here", id, job.label, reason));
  if (lost < kMaxLostAgents) {
    return true;
  }
  store_.record(store_.failed_result(
      id, sweep::FailureCause::kAgentLost,
      fmt::format("{} agents were lost while they trained it; the last was {}", lost, agent)));
  return false;
}

schedule::RunOutcome WorkSession::train(cluster::Agent& agent, schedule::RunState& state,
                                        const base::InterruptGuard& interrupt) {
  std::vector<schedule::WorkerPlace> places;
  for (std::size_t worker = 0; worker < placement_.workers(); ++worker) {
    places.push_back(place(worker));
  }
  schedule::LocalExecutor local({.worker = worker_,
                                 .places = std::move(places),
                                 .log_directory = run_.workers_directory(),
                                 .memory_limit_bytes = settings_.memory_limit_bytes,
                                 .log_name = agent.name()});
  cluster::AgentExecutor executor(local, agent);
  return schedule::run_trials(
      {store_,
       agent,
       executor,
       progress_,
       state,
       schedule::FailurePolicy{settings_.retries, 0, settings_.trial_timeout_seconds},
       [&](const schedule::Assignment& assignment) {
         jobs::Job job = agent.job(assignment);
         const auto directory = std::filesystem::absolute(run_.root());  // as this machine sees it
         if (auto* const train = std::get_if<jobs::TrainJob>(&job.payload)) {
           train->run_directory = directory;
         } else if (auto* const stage = std::get_if<jobs::StageJob>(&job.payload)) {
           stage->run_directory = directory;
         }
         return job;
       },
       base::steady_seconds,
       interrupt.flag(),
       {}});
}

WorkResult WorkSession::conclude(cluster::Agent& agent, const schedule::RunOutcome& outcome,
                                 int signal) {
  note_(fmt::format("this agent finished {}; {} on the queue's files",
                    base::counted(outcome.finished, "trial"),
                    base::counted(files_.operations().sum(), "operation")));
  if (outcome.end == schedule::RunEnd::kBlocked) {
    throw Error(outcome.blocked_by);
  }
  if (agent.cancelled()) {
    note_("cancelled: its trials are released");
    return WorkResult::kInterrupted;
  }
  if (outcome.end != schedule::RunEnd::kInterrupted) {
    note_(agent.queue_empty() ? "nothing is left" : "other agents train the remaining trials");
    return WorkResult::kDone;
  }
  note_(fmt::format("{}: its trials are released",
                    signal == SIGUSR2 ? "the time is nearly up" : "asked to stop"));
  if (signal == SIGUSR2) {
    if (!agent.productive()) {
      note_fruitless(agent);
    }
    queue_again();
  }
  return WorkResult::kInterrupted;
}

void WorkSession::note_fruitless(const cluster::Agent& agent) {
  for (const std::string& id : agent.held()) {
    const std::string reason = "the time of its Slurm job ended before an epoch was finished";
    store_.add_attempt(id, sweep::FailureCause::kTimeout, reason);
    if (store_.attempts(id) > settings_.retries) {
      store_.record(store_.failed_result(
          id, sweep::FailureCause::kTimeout,
          fmt::format("{}, {} times; increase executor.time, or shorten the epochs", reason,
                      store_.attempts(id))));
    }
  }
}

void WorkSession::queue_again() {
  const std::string job = slurm_job();
  if (job.empty() || cluster::JobQueue(files_).files().empty()) {
    return;
  }
  note_(fmt::format("queued again: Slurm job {}", job));
  requeue_ = job;
}

WorkResult work_on_run(const WorkOptions& options, const schedule::Note& note,
                       schedule::ProgressSink& progress, base::CommandRunner& commands) {
  const sweep::RunDirectory run = existing_run(options.directory);
  cluster::DirectoryFiles files(run.root());
  const auto settings = cluster::load_agent_settings(files);
  if (!settings) {
    throw Error(fmt::format(
        "{}: nothing is queued for agents; start the run with 'firesweep run CONFIG --out {} "
        "--executor shared' (or slurm)",
        run.root().string(), run.root().string()));
  }
  WorkSession session(options, run, *settings, note, progress);
  const WorkResult result = session.work();
  if (!session.requeue().empty()) {  // ends this process
    const base::CommandResult answer = commands.run({"scontrol", "requeue", session.requeue()});
    if (!answer.succeeded) {
      note(fmt::format("Slurm does not requeue it: {}", answer.stderr_text));
    }
  }
  return result;
}

}  // namespace firesweep::runners::run
