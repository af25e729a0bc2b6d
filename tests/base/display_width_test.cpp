#include "base/display_width.h"

#include <string>

#include <catch2/catch.hpp>

#include "base/text_table.h"

namespace firesweep::base {

TEST_CASE("width counts columns of a terminal, not bytes") {
  CHECK(display_width("") == 0);
  CHECK(display_width("top-1") == 5);
  CHECK(display_width("87.29 ± 0.31") == 12);
  CHECK(display_width("猫 cat") == 6);
  CHECK(display_width("e\xcc\x81") == 1);  // e and a combining accent
  CHECK(display_width("🐈") == 2);
  CHECK(display_width("a\xff"
                      "b") == 3);  // a byte that is no UTF-8
}

TEST_CASE("text is cut between characters, and says so") {
  CHECK(first_columns("猫猫", 3) == "猫");
  CHECK(cut_to_width("simple", 6) == "simple");
  CHECK(cut_to_width("complex", 6) == "compl…");
  CHECK(cut_to_width("猫猫猫", 4) == "猫…");
  CHECK(cut_to_width("complex", 0).empty());
}

TEST_CASE("lines are broken at spaces, and what follows is indented") {
  CHECK(wrapped("one two three\nfour\n", 9) == "one two\n  three\nfour\n");
  CHECK(wrapped("  one two three", 9) == "  one two\n    three");
  CHECK(wrapped("one two three\n", 0) == "one two three\n");
  CHECK(wrapped("a-long-word b", 5) == "a-long-word\n  b");
  CHECK(wrapped("\n\n", 5) == "\n\n");
  CHECK(wrapped("± ± ± ±", 5) == "± ± ±\n  ±");
  CHECK(wrapped("test 52.33 ± 11.51 %", 12) == "test\n  52.33 ± 11.51 %");
  CHECK(wrapped("a 5 % b", 4) == "a\n  5 %\n  b");
  CHECK(wrapped("a % b", 4) == "a %\n  b");
}

TEST_CASE("a table that is too wide loses columns by number, then ends of texts") {
  TextTable table({{.header = "name", .align = Align::kLeft, .can_be_cut = true},
                   {.header = "size"},
                   {.header = "MiB", .drop = 2},
                   {.header = "test", .drop = 1},
                   {.header = "MACs", .drop = 2}});
  table.add_row({"something long", "1 kB", "0.1", "87", "3 M"});
  CHECK(table.text(37) == table.text());
  CHECK(table.left_out(37).empty());
  CHECK(table.text(36) ==
        "name            size  test\n"
        "something long  1 kB    87\n");
  CHECK(table.left_out(36) == std::vector<std::size_t>{2, 4});
  CHECK(table.text(20) ==
        "name            size\n"
        "something long  1 kB\n");
  CHECK(table.text(12) ==
        "name    size\n"
        "somet…  1 kB\n");
  CHECK(table.text(8) ==
        "name  s…\n"
        "som…  1…\n");
}

}  // namespace firesweep::base
