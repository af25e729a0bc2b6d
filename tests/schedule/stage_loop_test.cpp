#include "runners/schedule/stage_loop.h"

#include <atomic>
#include <map>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/support/fake_executor.h"

namespace firesweep::runners::schedule {
namespace {

struct Notes final : ProgressSink {
  void trial_finished(const RunState&, const sweep::TrialResult&, double) override {}
  void note(std::string_view line) override { lines.emplace_back(line); }
  void turned(const RunState&, double) override {}
  void ended() override {}

  std::vector<std::string> lines;
};

/// Results by trial, which begin with what becomes of the variant.
struct Fixture {
  tests::FakeExecutor executor{2};
  Notes notes;
  FailurePolicy policy{.retries = 2};
  std::map<std::string, sweep::VariantResult> results;
  std::atomic<int> stop = 0;
  double seconds = 0.0;
  std::function<void()> on_record;

  StageOutcome run(const std::vector<std::string>& trials) {
    std::vector<jobs::StageJob> jobs;
    for (const std::string& trial : trials) {
      jobs.push_back(tests::stage_job(trial));
    }
    return run_stages({executor, notes, policy, [this] { return seconds += 0.5; }, stop,
                       [this](const sweep::VariantResult& result) {
                         if (on_record) {
                           on_record();
                         }
                         results[result.variant.trial_id] = result;
                       }},
                      std::move(jobs));
  }
};

}  // namespace

TEST_CASE("Every variant gets a result, whatever becomes of the others") {
  Fixture fixture;
  const StageOutcome outcome = fixture.run({"work-1", "refuse-1", "flaky2-1", "crash-1", "work-2"});
  CHECK(outcome.end == RunEnd::kComplete);
  CHECK(outcome.completed == 3);
  CHECK(outcome.failed == 2);
  REQUIRE(fixture.results.size() == 5);
  CHECK(fixture.results.at("flaky2-1").completed);
  CHECK(fixture.results.at("refuse-1").reason == "no bf16 here");
  CHECK_THAT(fixture.results.at("crash-1").reason, Catch::StartsWith("the worker crashed: killed"));
  CHECK(fixture.executor.submitted.size() == 5 + 2 + 2);  // each crash is tried again twice
}

TEST_CASE("A job whose place in the queue was lost is queued again, which is no attempt") {
  Fixture fixture;
  fixture.policy.retries = 0;
  const StageOutcome outcome = fixture.run({"requeue-1", "work-1"});
  CHECK(outcome.end == RunEnd::kComplete);
  CHECK(outcome.completed == 2);
  CHECK(fixture.executor.submitted.size() == 3);
}

TEST_CASE("Without variants the loop ends at once") {
  Fixture fixture;
  CHECK(fixture.run({}).end == RunEnd::kComplete);
  CHECK(fixture.executor.submitted.empty());
}

TEST_CASE("A variant that takes too long fails") {
  Fixture fixture;
  fixture.policy.trial_timeout_seconds = 5.0;
  const StageOutcome outcome = fixture.run({"hang-1", "work-1"});
  CHECK(outcome.end == RunEnd::kComplete);
  CHECK(fixture.results.at("hang-1").reason == "took longer than the 5 s that a variant may take");
  CHECK(fixture.results.at("work-1").completed);
}

TEST_CASE("A failure of the environment or of the store stops the loop and is no result") {
  Fixture fixture;
  const StageOutcome outcome = fixture.run({"hang-1", "block-1", "work-1"});
  CHECK(outcome.end == RunEnd::kBlocked);
  CHECK(outcome.blocked_by == "no space");
  CHECK(fixture.results.empty());

  Fixture full;
  full.on_record = [] { throw FileError("disk full"); };
  const StageOutcome ended = full.run({"work-1", "work-2", "work-3"});
  CHECK(ended.end == RunEnd::kBlocked);
  CHECK(ended.blocked_by == "disk full");
  CHECK(ended.completed == 0);
}

TEST_CASE("When stopped, the loop cancels what runs and leaves it without a result") {
  Fixture fixture;
  fixture.on_record = [&fixture] { fixture.stop = 1; };
  const StageOutcome outcome = fixture.run({"work-1", "hang-1", "work-2"});
  CHECK(outcome.end == RunEnd::kInterrupted);
  CHECK(fixture.results.count("work-1") == 1);
  CHECK(fixture.results.count("hang-1") == 0);
}

}  // namespace firesweep::runners::schedule
