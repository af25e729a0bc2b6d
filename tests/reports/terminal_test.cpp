#include "reports/writers/terminal.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>

#include "base/display_width.h"
#include "base/text_table.h"
#include "reports/comparison.h"
#include "reports/writers/comparison_text.h"
#include "tests/reports/sample.h"

namespace firesweep::reports {
namespace {

std::string front_text(const ResultsTable& table) {
  return writers::front_table(table, analyze(table));
}

/// As a run of configs/quickstart.yaml: 18 designs with two seeds.
ResultsTable quickstart_table() {
  ResultsTable table = empty_table();
  table.sweep = "quickstart";
  table.axis_keys = {"SR", "pct_3x3", "bypass"};
  for (std::int64_t number = 0; number < 18; ++number) {
    const double top1 = 0.80 + 0.005 * static_cast<double>(number);
    add_point(table, 89'448 + 400'000 * number, {top1, top1 + 0.0125});
    Design& design = table.designs.back();
    design.axes = {
        std::array{0.125, 0.25, 0.5}[static_cast<std::size_t>(number / 6)],
        number / 3 % 2 == 0 ? 0.5 : 0.75,
        std::string(std::array{"none", "simple", "complex"}[static_cast<std::size_t>(number % 3)])};
    design.complexity.parameters = design.complexity.weight_bytes / 4;
    design.complexity.macs = 1'500'000 + 10'000'000 * number;
  }
  return table;
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    widest =
        std::max(widest, base::display_width(std::string_view(text).substr(begin, end - begin)));
    begin = end + 1;
  }
  return widest;
}

}  // namespace

TEST_CASE("the report of the quickstart fits 80 columns, and names what it leaves out") {
  const ResultsTable table = quickstart_table();
  AnalysisOptions options;
  options.budget.max_bytes = 2'000'000;
  const Analysis analysis = analyze(table, options);
  const std::string text = writers::front_table(table, analysis, 80);
  CAPTURE(text);
  CHECK(widest_line(text) <= 80);
  CHECK_THAT(text, Catch::Contains("SR     pct_3x3  bypass") && Catch::Contains("top-1 %") &&
                       Catch::Contains("test top-1 %") && Catch::Contains(" ± 0.88") &&
                       Catch::Contains("By bypass:") && Catch::Contains("is better than") &&
                       Catch::Contains("Left out to fit 80 columns: parameters, MiB, MACs;"));
  const std::string whole = writers::front_table(table, analysis);
  CHECK(widest_line(whole) > 80);
  CHECK_THAT(whole, Catch::Contains("parameters") && !Catch::Contains("Left out"));
}

TEST_CASE("axes with one value on the front leave a narrow table before P(front)") {
  ResultsTable table = quickstart_table();
  for (std::size_t key = 0; key < 4; ++key) {
    table.axis_keys.push_back("training_key_" + std::to_string(key));
    for (Design& design : table.designs) {
      design.axes.emplace_back(std::string("a value"));
    }
  }
  const std::string text = writers::front_table(table, analyze(table), 80);
  CAPTURE(text);
  CHECK(widest_line(text) <= 80);
  CHECK_THAT(text, Catch::Contains("training_key_3 (a value)") && Catch::Contains("P(front)"));
}

TEST_CASE("any axes fit any width") {
  ResultsTable table = quickstart_table();
  for (std::size_t i = 0; i < table.designs.size(); ++i) {
    table.designs[i].axes[2] = std::string(40, 'x') + std::to_string(i);
  }
  CHECK(widest_line(writers::front_table(table, analyze(table), 80)) <= 80);
  const Comparison comparison = compare(table, {.axis = "SR", .baseline = {}});
  for (const std::size_t columns : {80U, 60U}) {
    CHECK(widest_line(writers::comparison_table(comparison, columns)) <= columns);
  }
}

TEST_CASE("columns are aligned by their width") {
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
