#include "cli/progress_display.h"

#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/schedule/support.h"

namespace firesweep::cli {
namespace {

TEST_CASE("Plain progress reports when a trial ends, and the status every ten seconds") {
  std::string text;
  PlainProgress progress([&text](std::string_view part) { text += part; });
  runners::schedule::RunState state(
      {{"aaaaaaaaaaaa", "SR=0.5 seed=1", 1.0, 2}, {"bbbbbbbbbbbb", "seed=2", 1.0, 2}}, 8, 1);
  state.started("aaaaaaaaaaaa", 0.0);
  progress.turned(state, 9.0);
  CHECK(text.empty());
  progress.trial_finished(state, tests::completed("aaaaaaaaaaaa"), 12.34);
  CHECK(text == "[ 9/10] aaaaaaaa SR=0.5 seed=1  val 80.0 %  12.3 s\n");
  state.finished(tests::completed("aaaaaaaaaaaa"));
  text.clear();
  progress.turned(state, 20.0);
  progress.turned(state, 29.0);
  CHECK(text == "9/10 finished, 0 running, 0:20 left\n");
}

TEST_CASE("Live progress redraws in place, within the width, at most ten times per second") {
  const tests::Halfway halfway;
  std::vector<std::string> drawn;
  LiveProgress progress(Terminal{[&drawn](std::string_view part) { drawn.emplace_back(part); },
                                 [] { return std::size_t{40}; }, false});
  progress.turned(halfway.state, 20.0);
  REQUIRE(drawn.size() == 1);
  CHECK(drawn[0] ==
        "9/10 finished, 1 running, 321 images/s, \n"
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
  const tests::Halfway halfway;
  std::string text;
  LiveProgress progress(Terminal{[&text](std::string_view part) { text += part; },
                                 [] { return std::size_t{200}; }, false});
  progress.turned(halfway.state, 20.0);
  CHECK_THAT(text, Catch::StartsWith("━━━━━━━━━━━━━━━···············"));
  CHECK_THAT(text, Catch::Contains("epoch 2/4  50 %  321 images/s  val 25.0 %"));
}

}  // namespace
}  // namespace firesweep::cli
