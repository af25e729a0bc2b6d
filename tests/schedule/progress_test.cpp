#include "runners/schedule/progress.h"

#include <catch2/catch.hpp>

#include "tests/schedule/support.h"

namespace firesweep::runners::schedule {
namespace {

/// Two trials of cost 1 and 3; the first is over after 10 seconds, the second in its epoch 2 of 4.
struct Halfway {
  RunState state{
      {{"aaaaaaaaaaaa", "SR=0.5 seed=1", 1.0, 1}, {"bbbbbbbbbbbb", "SR=1 seed=2", 3.0, 4}}, 8, 1};
  Halfway() {
    state.started("aaaaaaaaaaaa", 0.0);
    state.over(tests::completed("aaaaaaaaaaaa"));
    state.started("bbbbbbbbbbbb", 10.0);
    state.progressed({"bbbbbbbbbbbb", 1, 0, 100, 0.0});
    state.epoch_finished({"bbbbbbbbbbbb", {.epoch = 1, .validation_top1 = 0.25}});
    state.progressed({"bbbbbbbbbbbb", 2, 50, 100, 321.0});
  }
};

TEST_CASE("The share done and the time left follow the cost worked off") {
  const Halfway halfway;
  CHECK(halfway.state.share_done() == Approx((1.0 + 3.0 * 1.5 / 4.0) / 4.0));
  CHECK(*halfway.state.seconds_left(20.0) ==
        Approx(20.0 * (3.0 * 2.5 / 4.0) / (1.0 + 3.0 * 1.5 / 4.0)));
}

TEST_CASE("Epochs of an earlier run are not counted as work of this one") {
  RunState state({{"a", "seed=1", 1.0, 4}}, 0, 1);
  state.started("a", 0.0);
  CHECK_FALSE(state.seconds_left(5.0));
  state.progressed({"a", 3, 0, 100, 10.0});  // taken up after two epochs
  CHECK(state.share_done() == Approx(0.5));
  CHECK_FALSE(state.seconds_left(5.0));
  state.progressed({"a", 4, 0, 100, 10.0});
  CHECK(*state.seconds_left(8.0) == Approx(8.0));
}

TEST_CASE("Plain progress says when a trial ends, and how things stand every ten seconds") {
  std::string text;
  PlainProgress progress([&text](std::string_view part) { text += part; });
  RunState state({{"aaaaaaaaaaaa", "SR=0.5 seed=1", 1.0, 2}, {"bbbbbbbbbbbb", "seed=2", 1.0, 2}}, 8,
                 1);
  state.started("aaaaaaaaaaaa", 0.0);
  progress.turned(state, 9.0);
  CHECK(text.empty());
  progress.trial_over(state, tests::completed("aaaaaaaaaaaa"), 12.34);
  CHECK(text == "[ 9/10] aaaaaaaa SR=0.5 seed=1  val 80.0 %  12.3 s\n");
  state.over(tests::completed("aaaaaaaaaaaa"));
  text.clear();
  progress.turned(state, 20.0);
  progress.turned(state, 29.0);
  CHECK(text == "9/10 over, 0 running, 0:20 left\n");
}

TEST_CASE("A trial that failed is told with the first line of its reason") {
  RunState state({{"aaaaaaaaaaaa", "seed=1", 1.0, 2}}, 0, 1);
  state.started("aaaaaaaaaaaa", 0.0);
  sweep::TrialResult result;
  result.id = "aaaaaaaaaaaa";
  result.state = sweep::TrialState::kFailed;
  result.reason = "the worker was lost: exited with status 3\nlog";
  CHECK(trial_over_line(state, result, 1.0) ==
        "[1/1] aaaaaaaa seed=1  failed: the worker was lost: exited with status 3  1.0 s");
}

TEST_CASE("A trial of which the end alone was seen took as long as its result says") {
  RunState state({{"aaaaaaaaaaaa", "seed=1", 1.0, 2}}, 0, 1);
  sweep::TrialResult result = tests::completed("aaaaaaaaaaaa");
  result.train_seconds = 7.25;
  CHECK(trial_over_line(state, result, 1.0) == "[1/1] aaaaaaaa seed=1  val 80.0 %  7.2 s");
}

TEST_CASE("Live progress redraws in place, within the width, at most ten times a second") {
  const Halfway halfway;
  std::vector<std::string> drawn;
  LiveProgress progress(Terminal{[&drawn](std::string_view part) { drawn.emplace_back(part); },
                                 [] { return std::size_t{40}; }, false});
  progress.turned(halfway.state, 20.0);
  REQUIRE(drawn.size() == 1);
  CHECK(drawn[0] ==
        "9/10 over, 1 running, 321 images/s, 0:18\n"
        "  bbbbbbbb SR=1 seed=2  epoch 2/4  50 % \n");
  progress.turned(halfway.state, 20.05);
  CHECK(drawn.size() == 1);
  progress.turned(halfway.state, 20.11);
  REQUIRE(drawn.size() == 2);
  CHECK_THAT(drawn[1], Catch::StartsWith("\x1b[2A\r\x1b[J"));
  progress.note("an idle worker is gone");
  CHECK(drawn[2] == "\x1b[2A\r\x1b[Jan idle worker is gone\n");
  progress.turned(halfway.state, 20.12);  // drawn again at once below the note
  CHECK(drawn.size() == 4);
  progress.ended();
  CHECK(drawn[4] == "\x1b[2A\r\x1b[J");
}

TEST_CASE("A wide terminal shows a bar") {
  const Halfway halfway;
  std::string text;
  LiveProgress progress(Terminal{[&text](std::string_view part) { text += part; },
                                 [] { return std::size_t{200}; }, false});
  progress.turned(halfway.state, 20.0);
  CHECK_THAT(text, Catch::StartsWith("━━━━━━━━━━━━━━━···············"));
  CHECK_THAT(text, Catch::Contains("epoch 2/4  50 %  321 images/s  val 25.0 %"));
}

TEST_CASE("Durations read as clocks do") {
  CHECK(duration_text(0.2) == "0:00");
  CHECK(duration_text(187.0) == "3:07");
  CHECK(duration_text(3765.0) == "1:02:45");
}

}  // namespace
}  // namespace firesweep::runners::schedule
