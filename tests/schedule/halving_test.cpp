// A strategy with rungs the whole way through the run loop: interrupted anywhere and resumed from
// its log, it decides the same.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/atomic_file.h"
#include "runners/schedule/local_executor.h"
#include "runners/schedule/logged_strategy.h"
#include "runners/schedule/run_loop.h"
#include "runners/schedule/strategies.h"
#include "tests/schedule/support.h"
#include "tests/support/files_store.h"
#include "tests/support/halving_run.h"
#include "tests/support/memory_files.h"
#include "tests/support/schedule_simulation.h"

namespace firesweep::runners::schedule {
namespace {

struct SimulatedRun {
  tests::ScratchDirectory scratch;
  cluster::MemoryFiles files;
  tests::HalvingRun run{scratch.path() / "trials.jsonl"};

  RunOutcome go(std::size_t workers, std::size_t interrupted_after = tests::kNever,
                bool crash = false) {
    tests::FilesStore store(files);
    VirtualClock clock;
    SimulationOptions options;
    options.workers = workers;
    options.seconds = [](const jobs::Job& job) {
      return 0.1 + 0.05 * static_cast<double>(job.id.back() % 3);  // a turn or two
    };
    options.validation_top1 = [](std::string_view id, std::int64_t) {
      return tests::accuracy_of(id);
    };
    options.on_epoch = [&store](std::string_view id, const sweep::EpochMetrics& metrics) {
      store.add_epoch(id, metrics);
    };
    SimulatedExecutor executor(options, clock);
    return run.go(
        store, executor, [&clock] { return clock.now(); }, interrupted_after, crash);
  }
};

TEST_CASE("Halving pauses all at the rung, promotes half, prunes a quarter and creates one") {
  SimulatedRun simulation;
  const RunOutcome outcome = simulation.go(3);
  CHECK(outcome.end == RunEnd::kComplete);
  CHECK(outcome.failed == 0);
  tests::check_halving_results(tests::FilesStore(simulation.files));
  CHECK(simulation.run.decisions() == tests::expected_decisions());
}

TEST_CASE("Halving decides the same with any number of workers") {
  for (const std::size_t workers : {1U, 2U, 5U, 20U}) {
    SimulatedRun simulation;
    (void)simulation.go(workers);
    CHECK(simulation.run.decisions() == tests::expected_decisions());
  }
}

TEST_CASE("Stopped or killed after any event and resumed, halving decides the same") {
  const bool crash = GENERATE(false, true);
  for (std::size_t event = 1; event < 60; ++event) {
    INFO("interrupted after event " << event << (crash ? ", killed" : ", stopped"));
    SimulatedRun simulation;
    if (crash) {
      try {
        (void)simulation.go(3, event, true);
      } catch (const tests::Killed&) {
      }
    } else {
      (void)simulation.go(3, event);
    }
    CHECK(simulation.go(2).end == RunEnd::kComplete);
    tests::check_halving_results(tests::FilesStore(simulation.files));
    CHECK(simulation.run.decisions() == tests::expected_decisions());
  }
}

TEST_CASE("Stopped again and again after every few events, halving decides the same") {
  SimulatedRun simulation;
  std::size_t runs = 1;
  while (simulation.go(2, 12).end != RunEnd::kComplete) {
    REQUIRE(++runs < 100);
  }
  CHECK(runs >= 3);
  tests::check_halving_results(tests::FilesStore(simulation.files));
  CHECK(simulation.run.decisions() == tests::expected_decisions());
}

TEST_CASE("A trial log that was cut at any byte leads to the same decisions") {
  SimulatedRun whole;
  (void)whole.go(3);
  const std::string log = base::read_file(whole.scratch.path() / "trials.jsonl");
  for (std::size_t bytes = 0; bytes < log.size(); bytes += 7) {
    INFO(bytes);
    SimulatedRun resumed;
    for (const std::string& path : whole.files.paths("trials/")) {
      // What was decided after the cut had not been carried out then.
      if (path.find("epochs.jsonl") != std::string::npos) {
        resumed.files.put(path, *whole.files.read(path));
      }
    }
    base::append_to_file(resumed.scratch.path() / "trials.jsonl", 0, log.substr(0, bytes));
    CHECK(resumed.go(3).end == RunEnd::kComplete);
    CHECK(resumed.run.decisions() == tests::expected_decisions());
  }
}

TEST_CASE("Halving with local worker processes, stopped and resumed, in a run directory") {
  const std::size_t event = GENERATE(std::size_t{5}, std::size_t{20}, tests::kNever);
  tests::ScratchDirectory scratch;
  const sweep::RunDirectory directory(scratch.path());
  directory.prepare();
  tests::HalvingRun run(directory.trial_log_path());
  run.directory = scratch.path();
  const auto go = [&](std::size_t interrupted_after) {
    DirectoryStore store(directory);
    LocalExecutor executor(LocalExecutorOptions{
        {FIRESWEEP_FAKE_WORKER, 1, scratch.path()}, std::vector<WorkerPlace>(2), scratch.path()});
    double seconds = 0.0;
    return run.go(
        store, executor, [&seconds] { return seconds += 0.1; }, interrupted_after, false);
  };
  if (event != tests::kNever) {
    (void)go(event);
  }
  CHECK(go(tests::kNever).end == RunEnd::kComplete);
  tests::check_halving_results(DirectoryStore(directory));
  CHECK(run.decisions() == tests::expected_decisions());
  CHECK(directory.load_result("rank-0")->epochs == 1);
  CHECK(directory.load_result("rank-0")->validation_top1 == 0.0);
}

/// Gives one trial up after its first epoch, while it runs.
class PruneWhileRunning final : public Strategy {
 public:
  std::optional<Assignment> ask() override {
    if (assigned_) {
      return std::nullopt;
    }
    assigned_ = true;
    return Assignment{"work-1", 0, 2};
  }
  void tell(const Outcome& outcome) override {
    if (std::holds_alternative<EpochReported>(outcome)) {
      decisions_.emplace_back(sweep::Prune{"work-1", 1, "worse than the median"});
    }
    over_ = over_ || std::holds_alternative<Finished>(outcome);
  }
  std::vector<sweep::Decision> take_decisions() override { return std::exchange(decisions_, {}); }
  std::size_t remaining() const override { return over_ ? 0 : 1; }

 private:
  bool assigned_ = false;
  bool over_ = false;
  std::vector<sweep::Decision> decisions_;
};

TEST_CASE("A trial that is pruned while it runs is cancelled and recorded as pruned") {
  cluster::MemoryFiles files;
  tests::FilesStore store(files);
  VirtualClock clock;
  SimulatedExecutor executor({}, clock);
  PruneWhileRunning strategy;
  RunState state({{"work-1", "seed=1", 1.0, 2}}, 0, 1);
  tests::QuietProgress progress;
  const std::atomic<int> stop = 0;
  const RunOutcome outcome = run_trials(
      {store,
       strategy,
       executor,
       progress,
       state,
       {.retries = 0},
       [](const Assignment& assignment) { return tests::job(assignment.trial_id, "run"); },
       [&clock] { return clock.now(); },
       stop,
       {}});
  CHECK(outcome.end == RunEnd::kComplete);
  CHECK(outcome.failed == 0);
  const auto result = store.result("work-1");
  REQUIRE(result);
  CHECK(result->state == sweep::TrialState::kPruned);
  CHECK(result->reason == "worse than the median");
}

TEST_CASE("A grid writes no trial log") {
  tests::ScratchDirectory scratch;
  sweep::TrialLog log(scratch.path() / "trials.jsonl");
  const auto grid = make_strategy(kDefaultStrategy, {{"work-1", 1.0, 2}});
  LoggedStrategy logged(*grid, log);
  REQUIRE(logged.ask());
  logged.tell(Finished{tests::completed("work-1")});
  CHECK(logged.take_decisions().empty());
  CHECK(scratch.files() == 0);
}

}  // namespace
}  // namespace firesweep::runners::schedule
