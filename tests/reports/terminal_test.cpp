#include "reports/writers/terminal.h"

#include <string>

#include <catch2/catch.hpp>

#include "base/text_table.h"
#include "tests/reports/sample.h"

namespace firesweep::reports {
namespace {

std::string front_text(const ResultsTable& table) {
  return writers::front_table(table, analyze(table));
}

}  // namespace

TEST_CASE("columns are aligned by code points") {
  base::TextTable table({{"name", base::Align::kLeft}, {"value"}, {"note", base::Align::kLeft}});
  table.add_row({"a", "1", "1 ± 2"});
  table.add_row({"ä±", "1000", ""});
  CHECK(table.text() ==
        "name  value  note\n"
        "a         1  1 ± 2\n"
        "ä±     1000\n");
}

TEST_CASE("the front table says so if nothing has completed") {
  ResultsTable table = empty_table();
  add_point(table, 1000, {});
  CHECK_THAT(front_text(table), Catch::Contains("No trial has completed."));
}

TEST_CASE("the bypass table is there only if bypass is an axis") {
  CHECK_THAT(front_text(sample_table()), Catch::Contains("By bypass:"));
  ResultsTable table = empty_table();
  add_point(table, 1000, {0.5});
  CHECK_THAT(front_text(table), !Catch::Contains("By bypass:"));
}

TEST_CASE("a reason is one line of bounded length without control characters") {
  ResultsTable table = empty_table();
  add_point(table, 1000, {0.5});
  table.rows[0].state = sweep::TrialState::kFailed;
  table.rows[0].reason = "line one\nline\x1b[2J two " + std::string(500, 'x');
  const std::string text = front_text(table);
  CHECK_THAT(text, Catch::Contains("line one line [2J two xxx"));
  CHECK_THAT(text, Catch::EndsWith("x ...\n"));
}

TEST_CASE("a failed trial comes with the command that trains only it, the others do not") {
  const std::string text = front_text(sample_table());
  CHECK_THAT(text, Catch::Contains("\n    again: firesweep train '/runs/my sample' "
                                   "00000000f17e0004\n  diverged "));
  CHECK(text.find("again:") == text.rfind("again:"));
}

TEST_CASE("a long list of failures is cut with a word") {
  ResultsTable table = empty_table();
  for (int i = 0; i < 30; ++i) {
    add_point(table, 1000, {0.5});
    table.rows.back().state = sweep::TrialState::kDiverged;
    table.rows.back().reason = "loss became NaN";
  }
  CHECK_THAT(front_text(table), Catch::Contains("and 10 more, see results.csv\n"));
}

}  // namespace firesweep::reports
