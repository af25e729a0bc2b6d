#include "reports/csv_writer.h"

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
  CHECK(csv_line(std::vector<std::string>{test.field, "x"}) == test.written + ",x\r\n");
}

TEST_CASE("results.csv has the documented columns") {
  const ResultsTable table = sample_table();
  CHECK(first_line(results_csv(table, analyze(table))) ==
        "id,state,SR,pct_3x3,bypass,seed,parameters,macs,weight_bytes,validation_top1,"
        "validation_top5,test_top1,test_top5,epochs,train_seconds,images_per_second,reason");
}

TEST_CASE("an axis named as a column is told apart from it") {
  ResultsTable table = empty_table();
  table.axis_keys = {"epochs"};
  add_point(table, 1000, {0.5});
  CHECK(first_line(results_csv(table, analyze(table))).starts_with("id,state,axis_epochs,seed,"));
  CHECK(first_line(pareto_csv(table, analyze(table))).starts_with("epochs,n,"));
}

TEST_CASE("a table without trials is a header alone") {
  const ResultsTable table = empty_table();
  CHECK(std::ranges::count(results_csv(table, analyze(table)), '\n') == 1);
  CHECK(std::ranges::count(pareto_csv(table, analyze(table)), '\n') == 1);
}

}  // namespace firesweep::reports
