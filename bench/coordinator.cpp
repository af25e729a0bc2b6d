// The coordinator's own cost per trial: the run loop, scheduler, state and progress lines of a
// real run, over simulated workers on a virtual clock. Prints a table of sizes.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/progress_display.h"
#include "runners/schedule/grid_strategy.h"
#include "runners/schedule/run_loop.h"
#include "tests/support/schedule_simulation.h"

namespace {

using namespace firesweep;

struct Options {
  std::vector<std::size_t> trials{1'000, 10'000, 100'000};
  std::size_t workers = 1'000;
  std::int64_t epochs = 3;
  double loss = 0.01;
  bool json = false;
};

struct Cost {
  double seconds = 0.0;          // of this process
  double simulated_hours = 0.0;  // of the run
  std::size_t lines = 0;         // printed
};

runners::jobs::TrainJob job_of(const runners::schedule::Assignment& assignment) {
  runners::jobs::TrainJob job;
  job.trial_id = assignment.trial_id;
  job.to_epoch = assignment.to_epoch;
  return job;
}

/// Trials of 30 s to 10 min, as those of a grid over network sizes are.
std::vector<runners::schedule::PlannedTrial> plan(std::size_t trials, std::int64_t epochs) {
  std::vector<runners::schedule::PlannedTrial> planned;
  planned.reserve(trials);
  for (std::size_t i = 0; i < trials; ++i) {
    planned.push_back({fmt::format("{:016x}", i * 0x9e3779b97f4a7c15U),
                       fmt::format("SR=0.125 pct_3x3=0.5 bypass=simple seed={}", i),
                       30.0 + 570.0 * static_cast<double>(i % 97) / 96.0, epochs});
  }
  return planned;
}

Cost simulate(std::size_t trials, const Options& options) {
  std::vector<runners::schedule::PlannedTrial> planned = plan(trials, options.epochs);
  std::vector<runners::schedule::PendingTrial> pending;
  pending.reserve(planned.size());
  for (const runners::schedule::PlannedTrial& trial : planned) {
    pending.push_back({trial.id, trial.cost, trial.epochs});
  }
  Cost cost;
  const auto begin = std::chrono::steady_clock::now();
  runners::schedule::VirtualClock clock;
  runners::schedule::SimulatedStore store;
  runners::schedule::GridStrategy strategy(std::move(pending));
  runners::schedule::RunState state(std::move(planned), 0, options.workers);
  runners::schedule::SimulationOptions simulation;
  simulation.workers = options.workers;
  simulation.seconds = [&state](const runners::jobs::Job& job) { return state.plan(job.id).cost; };
  simulation.loss_probability = [&options](const runners::jobs::Job&) { return options.loss; };
  runners::schedule::SimulatedExecutor executor(simulation, clock);
  cli::PlainProgress progress([&cost](std::string_view) { ++cost.lines; });
  const std::atomic<int> stop = 0;
  const runners::schedule::RunOutcome outcome =
      runners::schedule::run_trials({store,
                                     strategy,
                                     executor,
                                     progress,
                                     state,
                                     {.retries = 100},
                                     job_of,
                                     [&clock] { return clock.now(); },
                                     stop,
                                     {}});
  cost.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  cost.simulated_hours = clock.now() / 3600.0;
  if (outcome.finished != trials || store.completed() != trials) {
    fmt::print(stderr, "only {} of {} trials completed\n", store.completed(), trials);
    std::exit(1);
  }
  return cost;
}

/// In a process of its own, to measure its peak memory.
int measure(std::size_t trials, const Options& options) {
  const pid_t child = ::fork();
  if (child == 0) {
    const Cost cost = simulate(trials, options);
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const double microseconds = 1e6 * cost.seconds / static_cast<double>(trials);
    const double peak_mib = static_cast<double>(usage.ru_maxrss) / 1024.0;
    if (options.json) {
      const nlohmann::json row = {{"trials", trials},
                                  {"workers", options.workers},
                                  {"simulated_hours", cost.simulated_hours},
                                  {"seconds", cost.seconds},
                                  {"microseconds_per_trial", microseconds},
                                  {"peak_memory_mib", peak_mib}};
      fmt::print("{}\n", row.dump());
    } else {
      fmt::print("{:>9} {:>8} {:>9.1f} {:>9.2f} {:>10.1f} {:>10.1f}\n", trials, options.workers,
                 cost.simulated_hours, cost.seconds, microseconds, peak_mib);
    }
    std::fflush(stdout);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Measures the coordinator's cost per trial, over simulated workers."};
  Options options;
  app.add_option("--trials", options.trials, "Sizes to measure")->delimiter(',');
  app.add_option("--workers", options.workers, "Simulated workers")->capture_default_str();
  app.add_option("--epochs", options.epochs, "Epochs per trial")->capture_default_str();
  app.add_option("--loss", options.loss, "Probability that an attempt loses its worker")
      ->capture_default_str();
  app.add_flag("--json", options.json, "One JSON object per line instead of a table");
  CLI11_PARSE(app, argc, argv);
  if (!options.json) {
    fmt::print("{:>9} {:>8} {:>9} {:>9} {:>10} {:>10}\n", "trials", "workers", "hours", "seconds",
               "us/trial", "peak MiB");
  }
  std::fflush(stdout);
  for (const std::size_t trials : options.trials) {
    if (measure(trials, options) != 0) {
      return 1;
    }
  }
  return 0;
}
