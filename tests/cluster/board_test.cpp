#include "runners/cluster/board.h"

#include <catch2/catch.hpp>

#include "tests/cluster/support.h"

namespace firesweep::runners::cluster {
namespace {

TEST_CASE("A board is read as it was written") {
  tests::MemoryFiles files;
  save_board(files, {.number = 7,
                     .seen = true,
                     .next_seconds = 2.5,
                     .files = 30,
                     .agents = 20,
                     .claimed = 15,
                     .left = 40,
                     .untouched = {"a.jsonl"},
                     .open = {{"b.jsonl", 3, 0}, {"c.jsonl", 1, 2}},
                     .silences = {{"node-1@4", 30.5}}});
  const Board board = load_board(files);
  CHECK(board.number == 7);
  CHECK(board.seen);
  CHECK(board.next_seconds == 2.5);
  CHECK(board.left == 40);
  CHECK(board.untouched == std::vector<std::string>{"a.jsonl"});
  REQUIRE(board.open.size() == 2);
  CHECK(board.open[1].file == "c.jsonl");
  CHECK(board.open[1].index == 1);
  CHECK(board.open[1].generation == 2);
  REQUIRE(board.silences.size() == 1);
  CHECK(board.silences[0].file == "node-1@4");
  CHECK(board.silences[0].seconds == 30.5);
  CHECK(board.requests() == Approx(0.95));
}

TEST_CASE("A board that is not there, or can't be read, says nothing") {
  const std::string text = GENERATE("", "{", "[]", R"({"number": 1})",
                                    R"({"number":1,"seen":true,"next_seconds":1,"files":1,)"
                                    R"("agents":1,"claimed_trials":1,"left_trials":1,)"
                                    R"("untouched_files":[],"open_trials":[["a"]]})");
  tests::MemoryFiles files;
  if (!text.empty()) {
    files.write("board.json", text);
  }
  const Board board = load_board(files);
  CHECK(board.number == 0);
  CHECK_FALSE(board.seen);
  CHECK(board.open.empty());
}

}  // namespace
}  // namespace firesweep::runners::cluster
