#include "cli/queued_run.h"

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

#include "cli/interrupt.h"
#include "cli/run_summary.h"
#include "cli/run_timings.h"
#include "runners/cluster/agent_settings.h"
#include "runners/cluster/agents.h"
#include "runners/cluster/clocks.h"
#include "runners/cluster/command_runner.h"
#include "runners/cluster/slurm_executor.h"
#include "runners/schedule/exhaustive_scheduler.h"
#include "sweep/cost_model.h"
#include "sweep/error.h"
#include "sweep/file_io.h"
#include "sweep/say.h"
#include "sweep/shell.h"

namespace firesweep::cli {
namespace {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void sleep_for(std::chrono::milliseconds time) {
  ::poll(nullptr, 0, static_cast<int>(time.count()));
}

std::filesystem::path absolute_root(const sweep::RunDirectory& directory) {
  return std::filesystem::absolute(directory.root()).lexically_normal();
}

runners::SlurmScript slurm_script(const PreparedRun& run, const sweep::ExecutorSpec& spec) {
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

void make_room(const PreparedRun& run, const sweep::ExecutorSpec& spec,
               runners::SharedFiles& files) {
  for (const char* const name : {"queue", "claims", "agents", "clocks"}) {
    sweep::create_directory(run.directory.root() / name);
  }
  runners::save_agent_settings(
      files, {.threads_per_job = run.worker.threads_per_job,
              .device = run.options.placement.device,
              .retries = run.options.retries,
              .trial_timeout_seconds = run.options.trial_timeout_seconds,
              .memory_limit_bytes = static_cast<std::int64_t>(run.options.memory_limit_bytes),
              .lease_seconds = spec.lease_seconds});
}

/// For --detach: asks Slurm again for some minutes while its controller does not answer.
void submit_patiently(runners::SlurmJobs& jobs, std::size_t pending,
                      const InterruptGuard& interrupt) {
  constexpr double kPatienceSeconds = 300.0;
  const double last = seconds_now() + kPatienceSeconds;
  jobs.start(pending, [&interrupt, last](double seconds) {
    for (const double end = seconds_now() + seconds;
         seconds_now() < end && interrupt.flag() == 0;) {
      sleep_for(std::chrono::milliseconds(100));
    }
    return interrupt.flag() == 0 && seconds_now() < last;
  });
}

std::string how_to_watch(const PreparedRun& run, sweep::ExecutorKind kind) {
  const std::string directory = sweep::shell_quoted(run.directory.root().string());
  if (kind == sweep::ExecutorKind::kShared) {
    return fmt::format(
        "the trials stay queued for agents, which need no other command: start some, on any "
        "machine that sees the directory, with 'firesweep work {0}'. See 'firesweep status {0}'; "
        "end them with 'firesweep cancel {0}'; watch again, and get the reports, with: {1}",
        directory, command_to_go_on(run.options, run.directory.root()));
  }
  return fmt::format(
      "agents go on without this command. See 'firesweep status {0}'; end them with 'firesweep "
      "cancel {0}'; "
      "watch again, and get the reports, with: {1}",
      directory, command_to_go_on(run.options, run.directory.root()));
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
  runners::DirectoryFiles files;
  runners::ProcessRunner commands;
  std::unique_ptr<runners::QueueExecutor> executor;
  runners::SlurmExecutor* slurm = nullptr;  // `executor`, if it is that
};

}  // namespace

sweep::ExecutorSpec executor_of(const PreparedRun& run) {
  const RunOptions& options = run.options;
  const SweepInput& input = run.input;
  sweep::ExecutorSpec spec;
  if (!options.executor.empty()) {
    spec = sweep::find_executor(options.executor, input.spec.executor.get(),
                                sweep::executor_profiles_path());
  } else if (input.spec.executor) {
    spec = *input.spec.executor;
  } else if (!input.spec.executor_overrides.empty()) {
    throw Error(
        fmt::format("--set {0}: the sweep file has no executor, so trials would be trained here; "
                    "say where with --executor slurm, a profile of yours, or --set executor.kind",
                    input.spec.executor_overrides.front().key));
  }
  sweep::apply_executor_overrides(input.spec.executor_overrides, spec);
  sweep::check_executor(spec);
  if (spec.kind == sweep::ExecutorKind::kLocal && options.detach) {
    throw Error(
        "--detach: local workers end with this command; expected --executor slurm or shared");
  }
  if (spec.kind == sweep::ExecutorKind::kSlurm) {
    runners::check_run_directory(absolute_root(run.directory));
  }
  if (spec.kind == sweep::ExecutorKind::kSlurm && !options.dry_run &&
      runners::find_program("sbatch").empty()) {
    throw Error(
        "no Slurm here: there is no sbatch in PATH; run this on a login node of the cluster, or "
        "use "
        "--executor local");
  }
  return spec;
}

std::string script_preview(const PreparedRun& run, const sweep::ExecutorSpec& spec,
                           std::size_t pending) {
  if (spec.kind != sweep::ExecutorKind::kSlurm) {
    return {};
  }
  const runners::SlurmScript script = slurm_script(run, spec);
  const std::size_t useful = (pending + script.jobs - 1) / script.jobs;
  const std::size_t agents =
      std::max<std::size_t>(1, std::min(static_cast<std::size_t>(spec.workers), useful));
  std::vector<std::string> words;
  for (const std::string& word :
       runners::submit_command(spec, script.run_directory / "slurm.sh", script.run_directory,
                               runners::job_name(script.run_directory, script.sweep), agents)) {
    words.push_back(sweep::shell_quoted(word));
  }
  return fmt::format("{}\n# submitted by\n# {}\n", runners::script_text(spec, script),
                     fmt::join(words, " "));
}

void leave_queue(const sweep::RunDirectory& directory) {
  runners::DirectoryFiles files(directory.root());
  if (!directory.exists() || !runners::load_agent_settings(files)) {
    return;
  }
  runners::AgentWatch agents(files, 0.0);
  agents.list();
  if (agents.count() > 0) {
    throw Error(
        fmt::format("{0}: agents are at work on it ({1}). Watch them with the --executor it was "
                    "begun with, join them "
                    "with 'firesweep work {0}', or end them with 'firesweep cancel {0}'; if they "
                    "died, their files in "
                    "{0}/agents can be removed",
                    directory.root().string(), fmt::join(agents.names(), ", ")));
  }
  runners::forget_agents(files);
}

runners::RunOutcome train_queued(const PreparedRun& run, const sweep::ExecutorSpec& spec,
                                 std::size_t selected, const TrialList& pending,
                                 const JobMaker& jobs) {
  const InterruptGuard interrupt;
  const auto progress = runners::standard_progress();
  const auto note = [&progress](std::string_view line) { progress->note(line); };
  std::vector<runners::PlannedTrial> planned =
      planned_trials(run.input, pending, sweep::CostModel::load(timing_path(run)));
  std::vector<runners::PendingTrial> waiting;
  std::unordered_map<std::string, std::pair<std::string, double>> described;
  for (const runners::PlannedTrial& trial : planned) {
    waiting.push_back({trial.id, trial.cost, trial.epochs});
    described[trial.id] = {trial.label, trial.cost};
  }
  const std::unordered_set<std::string> trials = trials_of(run.input);
  QueuedRun queued{runners::DirectoryFiles(absolute_root(run.directory)), {}, {}};
  make_room(run, spec, queued.files);
  runners::ClockWatch clocks(queued.files, note);
  const std::string clock = runners::clock_words(
      "this machine",
      runners::clock_ahead(queued.files, absolute_root(run.directory), "clocks/.coordinator",
                           static_cast<double>(::time(nullptr)))
          .value_or(0.0));
  if (!clock.empty()) {
    note(clock);
  }
  bool dismissed = false;
  runners::QueueExecutorOptions options{
      .capacity = std::max<std::size_t>(1, pending.size()),
      .agents = static_cast<std::size_t>(spec.workers),
      .lease_seconds = spec.lease_seconds,
      .clock = seconds_now,
      .sleep =
          [&clocks](std::chrono::milliseconds time) {
            clocks.look(seconds_now());
            sleep_for(time);
          },
      .note = note,
      .on_dismissed =
          [&interrupt, &dismissed] {
            dismissed = true;
            interrupt.request();
          },
      .in_sweep = [&trials](std::string_view id) { return trials.count(std::string(id)) > 0; },
      .describe = [&described](std::string_view id) { return described.at(std::string(id)); }};
  if (spec.kind == sweep::ExecutorKind::kSlurm) {
    auto slurm = std::make_unique<runners::SlurmExecutor>(
        queued.commands, queued.files, std::move(options),
        runners::SlurmJobsOptions{.spec = spec, .script = slurm_script(run, spec), .note = note});
    queued.slurm = slurm.get();
    queued.executor = std::move(slurm);
  } else {
    queued.executor = std::make_unique<runners::QueueExecutor>(queued.files, std::move(options));
    note(fmt::format(
        "queued; train them on any machine that sees the directory, with: firesweep work {}",
        sweep::shell_quoted(absolute_root(run.directory).string())));
  }
  queued.executor->publish();  // agents learn what has left the sweep, though nothing else be left
  runners::ExhaustiveScheduler scheduler(std::move(waiting));
  runners::RunOutcome outcome;
  if (run.options.detach) {
    while (const auto assignment = scheduler.next()) {
      queued.executor->submit(jobs.job(*assignment));
    }
    queued.executor->publish();
    if (queued.slurm != nullptr && !pending.empty()) {
      submit_patiently(queued.slurm->jobs(), pending.size(), interrupt);
    }
    outcome.end = runners::RunEnd::kInterrupted;
  } else {
    runners::DirectoryStore store(run.directory);
    runners::RunState state(std::move(planned), selected - pending.size(),
                            static_cast<std::size_t>(spec.workers));
    outcome = runners::run_trials(
        {store,
         scheduler,
         *queued.executor,
         *progress,
         state,
         runners::FailurePolicy{run.options.retries, run.options.failure_policy().max_failures,
                                0.0},
         [&jobs](const runners::Assignment& assignment) { return jobs.job(assignment); },
         seconds_now,
         interrupt.flag(),
         {},
         true});
  }
  if (outcome.end == runners::RunEnd::kInterrupted) {
    say("{}\n", dismissed ? stopped_text(run, "cancelled") : how_to_watch(run, spec.kind));
  }
  return outcome;
}

}  // namespace firesweep::cli
