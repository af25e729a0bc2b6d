#include <atomic>
#include <map>

#include <catch2/catch.hpp>

#include "runners/schedule/grid_strategy.h"
#include "runners/schedule/run_loop.h"
#include "tests/schedule/executor_contract.h"
#include "tests/support/schedule_simulation.h"

namespace firesweep::runners::schedule {
namespace {

struct SimulatedHarness {
  VirtualClock clock;

  std::unique_ptr<Executor> make(std::size_t jobs) {
    SimulationOptions options;
    options.workers = jobs;
    options.seconds = [](const jobs::Job& job) {
      return tests::name_of(job).starts_with("hang") ? 1e18 : 3.0;
    };
    options.loss_probability = [](const jobs::Job& job) {
      return tests::name_of(job).starts_with("crash") ? 1.0 : 0.0;
    };
    options.closing = [](const jobs::Job& job) -> std::optional<jobs::Event> {
      if (tests::name_of(job).starts_with("pause")) {
        return jobs::TrialPaused{job.id, 1};
      }
      if (tests::name_of(job).starts_with("block")) {
        return jobs::TrialBlocked{job.id, "no space"};
      }
      if (tests::name_of(job).starts_with("refuse")) {
        return jobs::JobFailed{job.id, "no bf16 here"};
      }
      return std::nullopt;
    };
    return std::make_unique<SimulatedExecutor>(options, clock);
  }
};

TEST_CASE("The simulated executor keeps the contract") {
  SimulatedHarness harness;
  tests::check_executor_contract(harness);
}

/// Counts how often each trial ended.
struct CountingProgress final : ProgressSink {
  void trial_finished(const RunState&, const sweep::TrialResult& result, double) override {
    ++ended_trials[result.id];
  }
  void note(std::string_view) override { ++notes; }
  void turned(const RunState&, double) override {}
  void ended() override {}

  std::map<std::string, int> ended_trials;
  std::size_t notes = 0;
};

struct Simulation {
  VirtualClock clock;
  SimulatedStore store;
  CountingProgress progress;
  std::atomic<int> stop = 0;

  RunOutcome run(std::size_t trials, std::size_t workers, double loss, std::size_t retries) {
    std::vector<PendingTrial> pending;
    std::vector<PlannedTrial> planned;
    for (std::size_t i = 0; i < trials; ++i) {
      const double cost = 1.0 + static_cast<double>(i % 10);
      pending.push_back({"trial-" + std::to_string(i), cost, 3});
      planned.push_back({pending.back().id, "seed=1", cost, 3});
    }
    GridStrategy strategy(pending);
    RunState state(planned, 0, workers);
    SimulationOptions options;
    options.workers = workers;
    options.seconds = [&state](const jobs::Job& job) { return state.plan(job.id).cost; };
    options.loss_probability = [loss](const jobs::Job&) { return loss; };
    SimulatedExecutor executor(options, clock);
    return run_trials({store,
                       strategy,
                       executor,
                       progress,
                       state,
                       {.retries = retries},
                       [](const Assignment& of) { return tests::job(of.trial_id, "run"); },
                       [this] { return clock.now(); },
                       stop,
                       {}});
  }
};

TEST_CASE("A simulated sweep with crashed workers finishes every trial once") {
  Simulation simulation;
  const RunOutcome outcome = simulation.run(5'000, 100, 0.2, 1000);
  CHECK(outcome.end == RunEnd::kComplete);
  CHECK(simulation.store.completed() == 5'000);
  CHECK(simulation.store.failed() == 0);
  CHECK(simulation.progress.ended_trials.size() == 5'000);
  for (const auto& [id, times] : simulation.progress.ended_trials) {
    CHECK(times == 1);
  }
  CHECK(simulation.progress.notes > 1'000);  // some 1,250 losses
  CHECK(simulation.progress.notes < 1'500);
}

TEST_CASE("Without retries each crashed worker is a failed trial") {
  Simulation simulation;
  const RunOutcome outcome = simulation.run(2'000, 50, 0.1, 0);
  CHECK(outcome.finished == 2'000);
  CHECK(outcome.failed == simulation.store.failed());
  CHECK(simulation.store.failed() > 150);
  CHECK(simulation.store.failed() < 250);
  CHECK(simulation.store.completed() + simulation.store.failed() == 2'000);
}

TEST_CASE("Most expensive first, a sweep ends within its longest trial of the best time there is") {
  Simulation simulation;
  (void)simulation.run(1'000, 16, 0.0, 0);
  const double work = 100.0 * (1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10);
  CHECK(simulation.clock.now() >= work / 16.0);
  CHECK(simulation.clock.now() <= work / 16.0 + 1.0);  // the shortest trials come last
}

}  // namespace
}  // namespace firesweep::runners::schedule
