#include "runners/schedule/progress_text.h"

#include <catch2/catch.hpp>

#include "tests/schedule/support.h"

namespace firesweep::runners::schedule {
namespace {

TEST_CASE("The fraction done and the time left follow the cost worked off") {
  const tests::Halfway halfway;
  CHECK(halfway.state.fraction_done() == Approx((1.0 + 3.0 * 1.5 / 4.0) / 4.0));
  CHECK(*halfway.state.seconds_left(20.0) ==
        Approx(20.0 * (3.0 * 2.5 / 4.0) / (1.0 + 3.0 * 1.5 / 4.0)));
}

TEST_CASE("Epochs of an earlier run are not counted as work of this one") {
  RunState state({{"a", "seed=1", 1.0, 4}}, 0, 1);
  state.started("a", 0.0);
  CHECK_FALSE(state.seconds_left(5.0));
  state.progressed({"a", 3, 0, 100, 10.0});  // resumed after two epochs
  CHECK(state.fraction_done() == Approx(0.5));
  CHECK_FALSE(state.seconds_left(5.0));
  state.progressed({"a", 4, 0, 100, 10.0});
  CHECK(*state.seconds_left(8.0) == Approx(8.0));
}

TEST_CASE("A failed trial is reported with the first line of its reason") {
  RunState state({{"aaaaaaaaaaaa", "seed=1", 1.0, 2}}, 0, 1);
  state.started("aaaaaaaaaaaa", 0.0);
  sweep::TrialResult result;
  result.id = "aaaaaaaaaaaa";
  result.state = sweep::TrialState::kFailed;
  result.reason = "the worker crashed: exited with status 3\nlog";
  CHECK(trial_finished_line(state, result, 1.0) ==
        "[1/1] aaaaaaaa seed=1  failed: the worker crashed: exited with status 3  1.0 s");
}

TEST_CASE("A trial of which only the end was seen took as long as in its result") {
  RunState state({{"aaaaaaaaaaaa", "seed=1", 1.0, 2}}, 0, 1);
  sweep::TrialResult result = tests::completed("aaaaaaaaaaaa");
  result.train_seconds = 7.25;
  CHECK(trial_finished_line(state, result, 1.0) == "[1/1] aaaaaaaa seed=1  val 80.0 %  7.2 s");
}

}  // namespace
}  // namespace firesweep::runners::schedule
