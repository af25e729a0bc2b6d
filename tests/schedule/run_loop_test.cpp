#include "runners/schedule/run_loop.h"

#include <atomic>

#include <catch2/catch.hpp>

#include "base/atomic_file.h"
#include "runners/schedule/grid_strategy.h"
#include "runners/schedule/progress_text.h"
#include "tests/support/fake_executor.h"

namespace firesweep::runners::schedule {
namespace {

/// Records what is reported.
struct RecordingProgress final : ProgressSink {
  void trial_finished(const RunState& state, const sweep::TrialResult& result,
                      double now) override {
    lines.push_back(trial_finished_line(state, result, now));
  }
  void note(std::string_view line) override { lines.emplace_back(line); }
  void turned(const RunState&, double) override {
    if (on_turn) {
      on_turn();
    }
  }
  void ended() override { has_ended = true; }

  std::vector<std::string> lines;
  std::function<void()> on_turn;
  bool has_ended = false;
};

struct Fixture {
  tests::ScratchDirectory temporary;
  sweep::RunDirectory directory{temporary.path()};
  tests::FakeExecutor executor{2};
  RecordingProgress progress;
  FailurePolicy policy{.retries = 0};
  std::vector<sweep::TrialResult> results;
  std::atomic<int> stop = 0;
  double seconds = 0.0;

  RunOutcome run(const std::vector<std::string>& ids) {
    std::vector<PendingTrial> pending;
    std::vector<PlannedTrial> planned;
    for (const std::string& id : ids) {
      base::create_directories(directory.trial_directory(id));
      pending.push_back({id, 1.0, 2});
      planned.push_back({id, "seed=1", 1.0, 2});
    }
    GridStrategy strategy(pending);
    RunState state(planned, 0, 2);
    DirectoryStore store(directory);
    return run_trials({store, strategy, executor, progress, state, policy,
                       [this](const Assignment& assignment) {
                         return tests::job(assignment.trial_id, directory.root());
                       },
                       [this] { return seconds += 0.5; }, stop,
                       [this](const sweep::TrialResult& result) { results.push_back(result); }});
  }
};

TEST_CASE("A run trains every trial once and reports each") {
  Fixture fixture;
  const RunOutcome outcome = fixture.run({"work-1", "work-2", "work-3"});
  CHECK(outcome.end == RunEnd::kComplete);
  CHECK(outcome.finished == 3);
  CHECK(fixture.executor.submitted == std::vector<std::string>{"work-1", "work-2", "work-3"});
  CHECK(fixture.directory.load_result("work-2")->state == sweep::TrialState::kCompleted);
  CHECK(fixture.progress.lines.size() == 3);
  CHECK(fixture.progress.has_ended);
}

TEST_CASE("A trial whose worker died is recorded as failed, and the run continues") {
  Fixture fixture;
  tests::write_text(fixture.directory.log_path("crash-1"), "loading\nout of memory\n");
  const RunOutcome outcome = fixture.run({"crash-1", "work-1"});
  CHECK(outcome.end == RunEnd::kComplete);
  CHECK(outcome.finished == 2);
  const auto result = fixture.directory.load_result("crash-1");
  REQUIRE(result);
  CHECK(result->state == sweep::TrialState::kFailed);
  CHECK(result->reason == "the worker crashed: killed by signal 9 (Killed)");
  REQUIRE(result->failure);
  CHECK(result->failure->cause == sweep::FailureCause::kSignal);
  CHECK(result->failure->attempts == 1);
  CHECK(result->failure->log == std::vector<std::string>{"loading", "out of memory"});
  CHECK(result->failure->command ==
        "firesweep train " + fixture.directory.root().string() + " crash-1");
  CHECK(fixture.directory.load_result("work-1")->state == sweep::TrialState::kCompleted);
}

TEST_CASE("A result written by a worker that died right after it counts") {
  Fixture fixture;
  base::create_directories(fixture.directory.trial_directory("crash-1"));
  fixture.directory.write_result(tests::completed("crash-1"));
  const RunOutcome outcome = fixture.run({"crash-1"});
  REQUIRE(outcome.finished == 1);
  CHECK(fixture.results[0].state == sweep::TrialState::kCompleted);
}

TEST_CASE("A stopped run cancels what runs and records nothing of it") {
  Fixture fixture;
  int turns = 0;
  fixture.progress.on_turn = [&] { fixture.stop = ++turns >= 2 ? 1 : 0; };
  const RunOutcome outcome = fixture.run({"hang-1", "hang-2", "work-1"});
  CHECK(outcome.end == RunEnd::kInterrupted);
  CHECK(outcome.finished == 0);
  CHECK(fixture.executor.submitted.size() == 2);
  CHECK_FALSE(fixture.directory.load_result("hang-1"));
  CHECK(fixture.executor.free_slots() == 2);
  CHECK(fixture.progress.has_ended);
}

TEST_CASE("A trial whose worker crashed is retried as often as allowed") {
  Fixture fixture;
  fixture.policy.retries = 2;
  const RunOutcome outcome = fixture.run({"flaky2-1", "flaky3-1"});
  CHECK(outcome.finished == 2);
  CHECK(outcome.failed == 1);
  CHECK(fixture.directory.load_result("flaky2-1")->state == sweep::TrialState::kCompleted);
  CHECK(fixture.directory.load_attempts("flaky2-1").size() == 2);
  const auto failed = fixture.directory.load_result("flaky3-1");
  REQUIRE(failed->failure);
  CHECK(failed->failure->attempts == 3);
  CHECK_THAT(fixture.progress.lines[0], Catch::Contains("retry 1 of 2"));
}

TEST_CASE("A run stops when as many trials have failed as may, and keeps the others for later") {
  Fixture fixture;
  fixture.policy.max_failures = 2;
  const RunOutcome outcome = fixture.run({"crash-1", "hang-1", "crash-2", "work-1", "work-2"});
  CHECK(outcome.end == RunEnd::kTooManyFailures);
  CHECK(outcome.failed == 2);
  CHECK_FALSE(fixture.directory.has_result("hang-1"));
  CHECK_FALSE(fixture.directory.has_result("work-2"));
}

TEST_CASE("A trial that takes longer than allowed fails and is not retried") {
  Fixture fixture;
  fixture.policy = {.retries = 5, .trial_timeout_seconds = 20.0};
  const RunOutcome outcome = fixture.run({"hang-1", "work-1"});
  CHECK(outcome.end == RunEnd::kComplete);
  const auto result = fixture.directory.load_result("hang-1");
  REQUIRE(result);
  CHECK(result->reason == "took longer than the 20 s that a trial may take");
  CHECK(result->failure->cause == sweep::FailureCause::kTimeout);
  CHECK(fixture.directory.load_result("work-1")->state == sweep::TrialState::kCompleted);
}

TEST_CASE("A blocked trial stops the run with its reason and without a result") {
  Fixture fixture;
  const RunOutcome outcome = fixture.run({"block-1", "hang-1", "work-1"});
  CHECK(outcome.end == RunEnd::kBlocked);
  CHECK(outcome.blocked_by == "no space");
  CHECK(outcome.finished == 0);
  CHECK_FALSE(fixture.directory.has_result("block-1"));
  CHECK(fixture.executor.free_slots() == 2);
}

TEST_CASE("A result that can't be written stops the run, and the trial stays pending") {
  Fixture fixture;
  fixture.progress.on_turn = [&] {
    std::filesystem::remove_all(fixture.directory.trial_directory("crash-1"));
    tests::write_text(fixture.directory.trial_directory("crash-1"), "in the way");
  };
  const RunOutcome outcome = fixture.run({"work-1", "crash-1"});
  CHECK(outcome.end == RunEnd::kBlocked);
  CHECK_THAT(outcome.blocked_by, Catch::Contains("crash-1"));
}

TEST_CASE("A run that is asked to stop before it starts submits nothing") {
  Fixture fixture;
  fixture.stop = 1;
  CHECK(fixture.run({"work-1"}).end == RunEnd::kInterrupted);
  CHECK(fixture.executor.submitted.empty());
}

TEST_CASE("A run without trials ends at once") {
  Fixture fixture;
  CHECK(fixture.run({}).end == RunEnd::kComplete);
}

}  // namespace
}  // namespace firesweep::runners::schedule
