#include "runners/schedule/run_loop.h"

#include <catch2/catch.hpp>

#include "runners/schedule/exhaustive_scheduler.h"
#include "sweep/file_io.h"
#include "tests/schedule/fake_executor.h"

namespace firesweep::runners {
namespace {

/// Remembers what it is told.
struct RecordingProgress final : ProgressSink {
  void trial_over(const RunState& state, const sweep::TrialResult& result, double now) override {
    lines.push_back(trial_over_line(state, result, now));
  }
  void note(std::string_view line) override { lines.emplace_back(line); }
  void turned(const RunState&, double) override {
    if (on_turn) {
      on_turn();
    }
  }
  void ended() override { over = true; }

  std::vector<std::string> lines;
  std::function<void()> on_turn;
  bool over = false;
};

struct Fixture {
  tests::ScratchDirectory temporary;
  sweep::RunDirectory directory{temporary.path()};
  tests::FakeExecutor executor{2};
  RecordingProgress progress;
  volatile std::sig_atomic_t stop = 0;
  double seconds = 0.0;

  RunOutcome run(const std::vector<std::string>& ids) {
    std::vector<PendingTrial> pending;
    std::vector<PlannedTrial> planned;
    for (const std::string& id : ids) {
      sweep::create_directories(directory.trial_directory(id));
      pending.push_back({id, 1.0, 2});
      planned.push_back({id, "seed=1", 1.0, 2});
    }
    ExhaustiveScheduler scheduler(pending);
    RunState state(planned, 0, 2);
    return run_trials({directory, scheduler, executor, progress, state,
                       [](std::string_view) { return sweep::TrialContent{}; },
                       [this] { return seconds += 0.5; }, stop});
  }
};

TEST_CASE("A run trains every trial once and reports each") {
  Fixture fixture;
  const RunOutcome outcome = fixture.run({"work-1", "work-2", "work-3"});
  CHECK_FALSE(outcome.interrupted);
  CHECK(outcome.results.size() == 3);
  CHECK(fixture.executor.submitted == std::vector<std::string>{"work-1", "work-2", "work-3"});
  CHECK(fixture.directory.load_result("work-2")->state == sweep::TrialState::kCompleted);
  CHECK(fixture.progress.lines.size() == 3);
  CHECK(fixture.progress.over);
}

TEST_CASE("A trial whose worker died is recorded as failed, and the run goes on") {
  Fixture fixture;
  tests::write_text(fixture.directory.log_path("crash-1"), "loading\nout of memory\n");
  const RunOutcome outcome = fixture.run({"crash-1", "work-1"});
  CHECK_FALSE(outcome.interrupted);
  CHECK(outcome.results.size() == 2);
  const auto result = fixture.directory.load_result("crash-1");
  REQUIRE(result);
  CHECK(result->state == sweep::TrialState::kFailed);
  CHECK(result->reason ==
        "the worker was lost: killed by signal 9 (Killed)\nloading\nout of memory");
  CHECK(fixture.directory.load_result("work-1")->state == sweep::TrialState::kCompleted);
}

TEST_CASE("A result written by a worker that died right after it counts") {
  Fixture fixture;
  sweep::create_directories(fixture.directory.trial_directory("crash-1"));
  fixture.directory.write_result(tests::completed("crash-1"));
  const RunOutcome outcome = fixture.run({"crash-1"});
  REQUIRE(outcome.results.size() == 1);
  CHECK(outcome.results[0].state == sweep::TrialState::kCompleted);
}

TEST_CASE("A stopped run cancels what runs and records nothing of it") {
  Fixture fixture;
  int turns = 0;
  fixture.progress.on_turn = [&] { fixture.stop = ++turns >= 2 ? 1 : 0; };
  const RunOutcome outcome = fixture.run({"hang-1", "hang-2", "work-1"});
  CHECK(outcome.interrupted);
  CHECK(outcome.results.empty());
  CHECK(fixture.executor.submitted.size() == 2);
  CHECK_FALSE(fixture.directory.load_result("hang-1"));
  CHECK(fixture.executor.free_slots() == 2);
  CHECK(fixture.progress.over);
}

TEST_CASE("A run that is told to stop before it begins submits nothing") {
  Fixture fixture;
  fixture.stop = 1;
  CHECK(fixture.run({"work-1"}).interrupted);
  CHECK(fixture.executor.submitted.empty());
}

TEST_CASE("A run without trials is over at once") {
  Fixture fixture;
  CHECK_FALSE(fixture.run({}).interrupted);
}

}  // namespace
}  // namespace firesweep::runners
