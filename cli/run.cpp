#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/run_options.h"
#include "cli/run_target.h"
#include "cli/sweep_input.h"
#include "cli/version.h"
#include "reports/results_table.h"
#include "reports/terminal.h"
#include "reports/writers.h"
#include "runners/data/dataset.h"
#include "runners/schedule/exhaustive_scheduler.h"
#include "runners/schedule/host.h"
#include "runners/schedule/local_executor.h"
#include "runners/schedule/run_lock.h"
#include "runners/schedule/run_loop.h"
#include "sweep/cost_model.h"
#include "sweep/error.h"
#include "sweep/file_io.h"

namespace firesweep::cli {
namespace {

/// Everything of a run that is known before its first trial.
struct PreparedRun {
  SweepInput input;
  sweep::RunDirectory directory;
  runners::WorkerProgram worker;
  std::size_t jobs = 1;
};

std::vector<const sweep::Trial*> pending_trials(const PreparedRun& run) {
  std::vector<const sweep::Trial*> pending;
  for (const sweep::Trial& trial : run.input.expansion.trials) {
    if (!run.directory.load_result(trial.id)) {
      pending.push_back(&trial);
    }
  }
  return pending;
}

PreparedRun prepare(const RunOptions& options) {
  SweepInput input = read_sweep(options.config, options.overrides);
  const std::filesystem::path out =
      options.out.empty() ? std::filesystem::path("runs") / input.spec.name : options.out;
  const std::size_t fitting =
      runners::available_processors().size() / static_cast<std::size_t>(options.threads_per_job);
  return {std::move(input),
          sweep::RunDirectory(out),
          {runners::find_worker(options.worker), options.threads_per_job,
           std::filesystem::absolute(runners::data::default_cache_directory())},
          options.jobs > 0 ? options.jobs : std::max<std::size_t>(1, fitting)};
}

nlohmann::json environment_of(const PreparedRun& run) {
  nlohmann::json environment = runners::host_environment();
  environment["firesweep"] = version_line();
  environment["jobs"] = run.jobs;
  environment["threads_per_job"] = run.worker.threads_per_job;
  return environment;
}

/// Sums are rounded in another order when more threads share them.
void warn_of_other_threads(const PreparedRun& run, const sweep::Manifest& manifest) {
  const int before = manifest.environment.value("threads_per_job", run.worker.threads_per_job);
  if (before != run.worker.threads_per_job) {
    fmt::print(stderr,
               "warning: this run was begun with --threads-per-job {}; trials trained with {} may "
               "differ from it in the last digits\n",
               before, run.worker.threads_per_job);
  }
}

/// Makes the directory, or goes on in it; returns its lock. Everything that can be wrong with the
/// input has been found before.
std::unique_ptr<runners::RunLock> enter_directory(const PreparedRun& run,
                                                  const std::string& dataset_checksum) {
  sweep::create_directories(run.directory.root());
  auto lock = std::make_unique<runners::RunLock>(run.directory.lock_path());
  // Looked at again under the lock: another coordinator may have come between.
  if (const auto manifest = check_target(run.directory, run.input)) {
    check_same_data(run.directory, *manifest, dataset_checksum);
    warn_of_other_threads(run, *manifest);
  } else {
    run.directory.create(
        make_manifest(run.input, dataset_checksum, environment_of(run), command_line()),
        run.input.spec.text);
  }
  sweep::create_directories(run.directory.workers_directory());
  return lock;
}

std::vector<runners::PlannedTrial> planned_trials(const PreparedRun& run,
                                                  const std::vector<const sweep::Trial*>& pending) {
  std::vector<runners::PlannedTrial> planned;
  for (const sweep::Trial* const trial : pending) {
    const sweep::Point& point = run.input.expansion.points[trial->point];
    planned.push_back({trial->id, trial_label(run.input.expansion.axis_keys, point, trial->seed),
                       sweep::training_macs(point, run.input.spec.dataset, run.input.shape),
                       models::get_integer(point.training, "epochs")});
  }
  return planned;
}

/// What the worker needs, by trial.
class TrialContents {
 public:
  explicit TrialContents(const SweepInput& input) : input_(input), dataset_(input.spec.dataset) {
    if (dataset_.root) {
      dataset_.root = std::filesystem::absolute(*dataset_.root);
    }
    for (const sweep::Trial& trial : input.expansion.trials) {
      trials_.emplace(trial.id, &trial);
    }
  }
  [[nodiscard]] const sweep::Trial& trial(std::string_view id) const {
    return *trials_.at(std::string(id));
  }
  [[nodiscard]] sweep::TrialContent content(std::string_view id) const {
    const sweep::Point& point = input_.expansion.points[trial(id).point];
    return {dataset_, point.model, point.training, trial(id).seed};
  }

 private:
  const SweepInput& input_;
  sweep::DatasetSpec dataset_;
  std::unordered_map<std::string, const sweep::Trial*> trials_;
};

/// Later estimates of this machine's speed rest on these: the first completed trial of each point.
void record_timings(const PreparedRun& run, const TrialContents& contents,
                    const std::vector<sweep::TrialResult>& results) {
  if (run.worker.threads_per_job != 1) {
    return;
  }
  auto model = sweep::CostModel::load(run.worker.dataset_cache / "timing.json");
  std::vector<sweep::TimingObservation> observations;
  std::unordered_set<std::size_t> recorded;
  for (const sweep::TrialResult& result : results) {
    const sweep::Trial& trial = contents.trial(result.id);
    if (result.state != sweep::TrialState::kCompleted || result.images_per_second <= 0.0 ||
        !recorded.insert(trial.point).second) {
      continue;
    }
    const sweep::Point& point = run.input.expansion.points[trial.point];
    observations.push_back(
        {sweep::host_processor(), models::get_string(point.training, "precision"),
         models::get_integer(point.training, "batch_size"), point.complexity.macs,
         point.complexity.activation_elements, 1.0 / result.images_per_second});
  }
  try {
    for (const sweep::TimingObservation& observation : observations) {
      model.record(observation);
    }
  } catch (const FileError& error) {
    fmt::print(stderr, "warning: speeds are not kept for later estimates: {}\n", error.what());
  }
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

runners::RunOutcome train(const PreparedRun& run, const std::vector<const sweep::Trial*>& pending,
                          const TrialContents& contents) {
  std::vector<runners::PlannedTrial> planned = planned_trials(run, pending);
  std::vector<runners::PendingTrial> waiting;
  for (const runners::PlannedTrial& trial : planned) {
    waiting.push_back({trial.id, trial.cost, trial.epochs});
  }
  const std::size_t workers = std::min(run.jobs, pending.size());
  runners::ExhaustiveScheduler scheduler(std::move(waiting));
  runners::LocalExecutor executor({run.worker, workers, run.directory.workers_directory()});
  runners::RunState state(std::move(planned), run.input.expansion.trials.size() - pending.size(),
                          workers);
  const auto progress = runners::standard_progress();
  const InterruptGuard interrupt;
  return runners::run_trials({run.directory, scheduler, executor, *progress, state,
                              [&contents](std::string_view id) { return contents.content(id); },
                              seconds_now, interrupt.flag()});
}

/// Writes the reports, prints the front; whether every trial of the sweep completed.
bool report(const PreparedRun& run) {
  const reports::ResultsTable table = reports::load_results(run.directory);
  const auto written = reports::write_reports(table, run.directory.root());
  fmt::print("{}", reports::front_table(table));
  std::fflush(stdout);
  for (const std::filesystem::path& path : written) {
    fmt::print(stderr, "wrote {}\n", path.string());
  }
  return std::all_of(table.rows.begin(), table.rows.end(), [](const reports::Row& row) {
    return row.state == sweep::TrialState::kCompleted;
  });
}

void announce(const PreparedRun& run, std::size_t pending) {
  const std::size_t total = run.input.expansion.trials.size();
  fmt::print(stderr, "{}: {} trials of {} designs in {}", run.input.spec.name, total,
             run.input.expansion.points.size(), run.directory.root().string());
  if (pending < total) {
    fmt::print(stderr, ", {} over already", total - pending);
  }
  if (pending == 0) {
    fmt::print(stderr, "; nothing is left to train\n");
    return;
  }
  fmt::print(stderr, "; {} worker{}, {} thread{} each\n", run.jobs, run.jobs == 1 ? "" : "s",
             run.worker.threads_per_job, run.worker.threads_per_job == 1 ? "" : "s");
}

int run_sweep(const RunOptions& options) {
  const double begin = seconds_now();
  const PreparedRun run = prepare(options);
  if (const auto manifest = check_target(run.directory, run.input);
      manifest && manifest->objectives != run.input.spec.objectives) {
    fmt::print(stderr, "warning: objectives of {} stay as they were when it was begun: {}\n",
               run.directory.root().string(), fmt::join(manifest->objectives, ", "));
  }
  if (!pending_trials(run).empty()) {
    runners::check_worker(run.worker);
  }
  const std::string checksum =
      runners::data::open_dataset(run.input.spec.dataset, run.worker.dataset_cache).checksum();
  const auto lock = enter_directory(run, checksum);

  const std::vector<const sweep::Trial*> pending = pending_trials(run);
  announce(run, pending.size());
  const TrialContents contents(run.input);
  const runners::RunOutcome outcome = train(run, pending, contents);
  if (outcome.interrupted) {
    fmt::print(stderr, "stopped with {} of {} trials over; go on with: {}\n",
               run.input.expansion.trials.size() - pending.size() + outcome.results.size(),
               run.input.expansion.trials.size(), command_to_go_on(options, run.directory.root()));
    return kInterrupted;
  }
  const bool all_completed = report(run);
  record_timings(run, contents, outcome.results);
  if (!pending.empty()) {
    fmt::print(stderr, "{} trials trained in {}\n", outcome.results.size(),
               runners::duration_text(seconds_now() - begin));
  }
  return all_completed ? kDone : kSomeTrialsFailed;
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* const command = app.add_subcommand(
      "run", "Train every design of a sweep; go on where an earlier run of it stopped");
  command->add_option("config", options->config, "Sweep file (YAML)")
      ->required()
      ->type_name("CONFIG");
  command->add_option("--out", options->out, "Run directory (default: runs/<name of the sweep>)")
      ->type_name("DIR");
  command
      ->add_option("--jobs", options->jobs,
                   "Trials at the same time (default: processors / threads a job)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  command->add_option("--threads-per-job", options->threads_per_job, "Threads a trial trains with")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str()
      ->type_name("T");
  command
      ->add_option("--set", options->overrides,
                   "Override a key of the sweep file, e.g. epochs=3 or grid.SR=[0.25]; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->add_option("--worker", options->worker, "Worker program (default: beside firesweep)")
      ->type_name("PATH");
  command->footer(
      "Examples:\n"
      "  firesweep run configs/quickstart.yaml\n"
      "  firesweep run configs/quickstart.yaml --out runs/short --set epochs=1 --jobs 2\n"
      "Ctrl-C stops cleanly; the same command goes on from the last finished epochs.\n"
      "Exit status: 0 every trial completed; 1 some failed, diverged or did not learn;\n"
      "2 bad input; 130 interrupted. The directory is described in docs/run-directory.md.");
  command->callback([options, &exit_code] { exit_code = run_sweep(*options); });
}

}  // namespace firesweep::cli
