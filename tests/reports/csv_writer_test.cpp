#include "reports/writers/csv_writer.h"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/reports/sample.h"

namespace firesweep::reports {
namespace {

struct QuotingCase {
  std::string field;
  std::string written;
};

std::string first_line(const std::string& text) {
  return text.substr(0, text.find("\r\n"));
}

}  // namespace

TEST_CASE("a CSV field is quoted only if it needs it, quotes are doubled") {
  const auto test = GENERATE(values<QuotingCase>({
      {"plain text", "plain text"},
      {"", ""},
      {"a,b", "\"a,b\""},
      {"say \"no\"", "\"say \"\"no\"\"\""},
      {"two\nlines", "\"two\nlines\""},
      {"two\r\nlines", "\"two\r\nlines\""},
      {"[1, 4]", "\"[1, 4]\""},
      {"± σ", "± σ"},
  }));
  CAPTURE(test.field);
  CHECK(writers::csv_line(std::vector<std::string>{test.field, "x"}) == test.written + ",x\r\n");
}

TEST_CASE("results.csv has the documented columns") {
  const ResultsTable table = sample_table();
  CHECK(first_line(writers::results_csv(table, analyze(table))) ==
        "id,state,SR,pct_3x3,bypass,seed,parameters,macs,weight_bytes,validation_top1,"
        "validation_top5,test_top1,test_top5,epochs,train_seconds,images_per_second,reason");
}

TEST_CASE("an axis with the name of a column gets another name") {
  ResultsTable table = empty_table();
  table.axis_keys = {"epochs"};
  add_point(table, 1000, {0.5});
  CHECK(first_line(writers::results_csv(table, analyze(table)))
            .starts_with("id,state,axis_epochs,seed,"));
  CHECK(first_line(writers::pareto_csv(table, analyze(table))).starts_with("epochs,n,"));
}

TEST_CASE("a table without trials is only a header") {
  const ResultsTable table = empty_table();
  CHECK(std::ranges::count(writers::results_csv(table, analyze(table)), '\n') == 1);
  CHECK(std::ranges::count(writers::pareto_csv(table, analyze(table)), '\n') == 1);
}

TEST_CASE("texts that a spreadsheet would run as formulas are made safe, numbers are not touched") {
  CHECK(writers::safe_text("=1+1") == "'=1+1");
  CHECK(writers::safe_text("-2") == "'-2");
  CHECK(writers::safe_text("@x") == "'@x");
  CHECK(writers::safe_text("simple=1") == "simple=1");
  CHECK(writers::safe_text("").empty());
  ResultsTable table = sample_table();
  table.rows[0].reason = "=HYPERLINK(\"x\")";
  table.designs[0].axes[2] = std::string("+none");
  table.designs[0].axes[0] = -0.125;
  const std::string text = writers::results_csv(table, analyze(table));
  CHECK_THAT(text, Catch::Contains("\"'=HYPERLINK(\"\"x\"\")\""));
  CHECK_THAT(text, Catch::Contains(",-0.125,0.5,'+none,"));
}

TEST_CASE("points.csv has every point, pareto.csv the same rows of the front") {
  const ResultsTable table = sample_table();
  const Analysis analysis = analyze(table);
  const std::string points = writers::points_csv(table, analysis);
  const std::string front = writers::pareto_csv(table, analysis);
  CHECK(static_cast<std::size_t>(std::ranges::count(points, '\n')) == table.designs.size() + 1);
  CHECK(first_line(points) == first_line(front));
  CHECK(first_line(points).ends_with(",fits_8.5_mb,fits_10_mb"));
  const std::string smallest = front.substr(front.find('\n') + 1);
  CHECK_THAT(points, Catch::Contains(first_line(smallest)));
}

}  // namespace firesweep::reports
