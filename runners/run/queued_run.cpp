#include "runners/run/queued_run.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/command_runner.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/shell.h"
#include "base/steady_seconds.h"
#include "runners/cluster/agent_settings.h"
#include "runners/cluster/agents.h"
#include "runners/cluster/clocks.h"
#include "runners/cluster/job_queue.h"
#include "runners/cluster/slurm/slurm_executor.h"
#include "runners/run/run_summary.h"
#include "runners/run/run_timings.h"
#include "runners/schedule/logged_strategy.h"
#include "runners/schedule/strategies.h"
#include "sweep/store/trial_log.h"
#include "sweep/study/cost_model.h"

namespace firesweep::runners::run {
namespace {

void sleep_for(std::chrono::milliseconds time) {
  ::poll(nullptr, 0, static_cast<int>(time.count()));
}

std::filesystem::path absolute_root(const sweep::RunDirectory& directory) {
  return std::filesystem::absolute(directory.root()).lexically_normal();
}

cluster::SlurmScript slurm_script(const PreparedRun& run, const cluster::ExecutorSpec& spec) {
  const std::int64_t threads = run.worker.threads_per_job;
  const std::int64_t jobs = spec.jobs_per_worker > 0
                                ? spec.jobs_per_worker
                                : std::max<std::int64_t>(1, spec.cpus / threads);
  std::string worker = spec.worker;
  if (worker.empty() && run.options.worker) {
    worker = run.worker.path.string();
  }
  return {.program = spec.command.empty() ? std::filesystem::read_symlink("/proc/self/exe").string()
                                          : spec.command,
          .run_directory = absolute_root(run.directory),
          .worker = std::move(worker),
          .jobs = static_cast<std::size_t>(jobs),
          .sweep = run.input.spec.name};
}

void make_room(const PreparedRun& run, const cluster::ExecutorSpec& spec,
               cluster::SharedFiles& files) {
  for (const char* const name :
       {"queue", "claims", "agents", "clocks", cluster::kAnswerDirectory}) {
    base::create_directory(run.directory.root() / name);
  }
  cluster::save_agent_settings(
      files, {.threads_per_job = run.worker.threads_per_job,
              .device = run.options.placement.device,
              .retries = run.options.retries,
              .trial_timeout_seconds = run.options.trial_timeout_seconds,
              .memory_limit_bytes = static_cast<std::int64_t>(run.options.memory_limit_bytes),
              .lease_seconds = spec.lease_seconds});
}

/// For --detach: asks Slurm again for some minutes while its controller does not answer.
void submit_patiently(cluster::SlurmJobs& jobs, std::size_t pending,
                      const base::InterruptGuard& interrupt) {
  constexpr double kPatienceSeconds = 300.0;
  const double last = base::steady_seconds() + kPatienceSeconds;
  jobs.start(pending, [&interrupt, last](double seconds) {
    for (const double end = base::steady_seconds() + seconds;
         base::steady_seconds() < end && interrupt.flag() == 0;) {
      sleep_for(std::chrono::milliseconds(100));
    }
    return interrupt.flag() == 0 && base::steady_seconds() < last;
  });
}

std::string how_to_watch(const PreparedRun& run, cluster::ExecutorKind kind) {
  const std::string directory = base::shell_quoted(run.directory.root().string());
  if (kind == cluster::ExecutorKind::kShared) {
    return fmt::format(
        "the trials stay queued. Start agents on any machine that sees the directory: 'firesweep "
        "work {0}'. Show progress: 'firesweep status {0}'. Stop the agents: 'firesweep cancel "
        "{0}'. Watch again and write the reports: {1}",
        directory, resume_command(run.options, run.directory.root()));
  }
  return fmt::format(
      "agents continue without this command. Show progress: 'firesweep status {0}'. Stop the "
      "agents: 'firesweep cancel {0}'. Watch again and write the reports: {1}",
      directory, resume_command(run.options, run.directory.root()));
}

std::unordered_set<std::string> trials_of(const SweepInput& input) {
  std::unordered_set<std::string> ids;
  for (const sweep::Trial& trial : input.expansion.trials) {
    ids.insert(trial.id);
  }
  return ids;
}

/// Executor and all it needs, in the order in which they need each other.
struct QueuedRun {
  cluster::DirectoryFiles files;
  base::ProcessRunner commands;
  std::unique_ptr<cluster::QueueExecutor> executor;
  cluster::SlurmExecutor* slurm = nullptr;  // `executor`, if it is that
};

}  // namespace

cluster::ExecutorSpec executor_of(const PreparedRun& run) {
  const RunOptions& options = run.options;
  const SweepInput& input = run.input;
  cluster::ExecutorSpec spec;
  if (!options.executor.empty()) {
    spec = cluster::find_executor(options.executor, input.executor ? &*input.executor : nullptr,
                                  cluster::executor_profiles_path());
  } else if (input.executor) {
    spec = *input.executor;
  } else if (!input.spec.executor_overrides.empty()) {
    throw Error(fmt::format(
        "--set {0}: the sweep file has no executor, so trials would be trained here; "
        "add --executor slurm, --executor with the name of a profile, or --set executor.kind=slurm",
        input.spec.executor_overrides.front().key));
  }
  cluster::apply_executor_overrides(input.spec.executor_overrides, spec);
  cluster::check_executor(spec);
  if (spec.kind == cluster::ExecutorKind::kLocal && options.detach) {
    throw Error(
        "--detach: local workers end with this command; expected --executor slurm or shared");
  }
  if (spec.kind == cluster::ExecutorKind::kSlurm) {
    cluster::check_run_directory(absolute_root(run.directory));
  }
  if (spec.kind == cluster::ExecutorKind::kSlurm && !options.dry_run &&
      base::find_program("sbatch").empty()) {
    throw Error(
        "no Slurm here: there is no sbatch in PATH; run this on a login node of the cluster, or "
        "use "
        "--executor local");
  }
  return spec;
}

std::string script_preview(const PreparedRun& run, const cluster::ExecutorSpec& spec,
                           std::size_t pending) {
  if (spec.kind != cluster::ExecutorKind::kSlurm) {
    return {};
  }
  const cluster::SlurmScript script = slurm_script(run, spec);
  const std::size_t useful = (pending + script.jobs - 1) / script.jobs;
  const std::size_t agents =
      std::max<std::size_t>(1, std::min(static_cast<std::size_t>(spec.workers), useful));
  std::vector<std::string> words;
  for (const std::string& word :
       cluster::submit_command(spec, script.run_directory / "slurm.sh", script.run_directory,
                               cluster::job_name(script.run_directory, script.sweep), agents)) {
    words.push_back(base::shell_quoted(word));
  }
  return fmt::format("{}\n# submitted by\n# {}\n", cluster::script_text(spec, script),
                     fmt::join(words, " "));
}

void check_detach(bool detach, bool needs_results) {
  if (detach && needs_results) {
    throw Error(
        "--detach: this strategy makes decisions while trials train, so this command must keep "
        "running; leave out --detach");
  }
}

void abandon_queue(const sweep::RunDirectory& directory) {
  cluster::DirectoryFiles files(directory.root());
  if (!directory.exists() || !cluster::load_agent_settings(files)) {
    return;
  }
  cluster::AgentWatch agents(files, 0.0);
  agents.list();
  if (agents.count() > 0) {
    throw Error(fmt::format(
        "{0}: agents are active on it ({1}). Watch them with the --executor that started them, "
        "add agents with 'firesweep work {0}', or stop them with 'firesweep cancel {0}'. If they "
        "crashed, remove their files in {0}/agents",
        directory.root().string(), fmt::join(agents.names(), ", ")));
  }
  cluster::forget_agents(files);
}

schedule::RunOutcome train_queued(const PreparedRun& run, const cluster::ExecutorSpec& spec,
                                  const TrialList& selected, const TrialList& pending,
                                  JobMaker& jobs, schedule::ProgressSink& progress) {
  const base::InterruptGuard interrupt;
  const auto note = [&progress](std::string_view line) { progress.note(line); };
  std::vector<schedule::PlannedTrial> planned =
      planned_trials(run.input, pending, sweep::CostModel::load(timing_path(run)));
  const bool needs_results = schedule::needs_results(schedule::kDefaultStrategy);
  check_detach(run.options.detach, needs_results);
  StrategyTrials of_strategy = strategy_trials(run.input, selected, planned, needs_results);
  std::unordered_map<std::string, std::pair<std::string, double>> described;
  for (const schedule::PlannedTrial& trial : planned) {
    described[trial.id] = {trial.label, trial.cost};
  }
  const std::unordered_set<std::string> trials = trials_of(run.input);
  QueuedRun queued{cluster::DirectoryFiles(absolute_root(run.directory)), {}, {}};
  make_room(run, spec, queued.files);
  cluster::ClockWatch clocks(queued.files, note);
  const std::string clock = cluster::clock_text(
      "this machine",
      cluster::clock_ahead(queued.files, absolute_root(run.directory), "clocks/.coordinator",
                           static_cast<double>(::time(nullptr)))
          .value_or(0.0));
  if (!clock.empty()) {
    note(clock);
  }
  bool cancelled = false;
  cluster::QueueExecutorOptions options{
      .capacity = std::max<std::size_t>(1, pending.size()),
      .agents = static_cast<std::size_t>(spec.workers),
      .lease_seconds = spec.lease_seconds,
      .clock = base::steady_seconds,
      .sleep =
          [&clocks](std::chrono::milliseconds time) {
            clocks.scan(base::steady_seconds());
            sleep_for(time);
          },
      .note = note,
      .on_cancelled =
          [&interrupt, &cancelled] {
            cancelled = true;
            interrupt.request();
          },
      .in_sweep = [&trials](std::string_view id) { return trials.count(std::string(id)) > 0; },
      .describe = [&described](std::string_view id) { return described.at(std::string(id)); }};
  if (spec.kind == cluster::ExecutorKind::kSlurm) {
    auto slurm = std::make_unique<cluster::SlurmExecutor>(
        queued.commands, queued.files, std::move(options),
        cluster::SlurmJobsOptions{.spec = spec, .script = slurm_script(run, spec), .note = note});
    queued.slurm = slurm.get();
    queued.executor = std::move(slurm);
  } else {
    queued.executor = std::make_unique<cluster::QueueExecutor>(queued.files, std::move(options));
    note(fmt::format(
        "queued; train them on any machine that sees the directory, with: firesweep work {}",
        base::shell_quoted(absolute_root(run.directory).string())));
  }
  queued.executor->publish();  // agents learn what has left the sweep, though nothing else be left
  const auto strategy =
      schedule::make_strategy(schedule::kDefaultStrategy, std::move(of_strategy.trials));
  schedule::RunOutcome outcome;
  if (run.options.detach) {
    while (const auto assignment = strategy->ask()) {
      queued.executor->submit(jobs.job(*assignment));
    }
    queued.executor->publish();
    if (queued.slurm != nullptr && !pending.empty()) {
      submit_patiently(queued.slurm->jobs(), pending.size(), interrupt);
    }
    outcome.end = schedule::RunEnd::kInterrupted;
  } else {
    schedule::DirectoryStore store(run.directory);
    schedule::RunState state(std::move(planned), selected.size() - pending.size(),
                             static_cast<std::size_t>(spec.workers));
    sweep::TrialLog trial_log(run.directory.trial_log_path());
    schedule::LoggedStrategy logged(*strategy, trial_log);
    outcome = schedule::run_trials(
        {store,
         logged,
         *queued.executor,
         progress,
         state,
         schedule::FailurePolicy{run.options.retries, run.options.failure_policy().max_failures,
                                 0.0},
         [&jobs](const schedule::Assignment& assignment) { return jobs.job(assignment); },
         base::steady_seconds,
         interrupt.flag(),
         {},
         true,
         [&](const sweep::Create& create) {
           schedule::PlannedTrial trial = jobs.plan_created(create);
           described[trial.id] = {trial.label, trial.cost};
           return trial;
         },
         std::move(of_strategy.finished_before)});
  }
  if (outcome.end == schedule::RunEnd::kInterrupted) {
    note(cancelled ? stopped_text(run, "cancelled") : how_to_watch(run, spec.kind));
  }
  return outcome;
}

}  // namespace firesweep::runners::run
