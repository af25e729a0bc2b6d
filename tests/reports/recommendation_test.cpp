#include "reports/writers/recommendation.h"

#include <catch2/catch.hpp>

#include "reports/leading_designs.h"
#include "tests/reports/sample.h"

namespace firesweep::reports {
namespace {

using Catch::Matchers::Contains;

/// 100, 200, 300 bytes; the largest has the highest mean, 0.90 with standard error 0.01.
ResultsTable three_designs(double second) {
  ResultsTable table = empty_table();
  add_point(table, 100, {0.70, 0.72});
  add_point(table, 200, {second, second});
  add_point(table, 300, {0.89, 0.91});
  return table;
}

}  // namespace

TEST_CASE("a smaller design within one standard error of the highest mean is named") {
  const ResultsTable table = three_designs(0.895);
  const Analysis analysis = analyze(table);
  CHECK(most_accurate(table, analysis, {}) == 2U);
  CHECK(smallest_near_best(table, analysis, {}) == 1U);
}

TEST_CASE("a design further below than one standard error is not") {
  const ResultsTable table = three_designs(0.885);
  CHECK(smallest_near_best(table, analyze(table), {}) == 2U);
  const auto list = writers::recommend(table, analyze(table), {}, {});
  REQUIRE(list.size() == 2);
  CHECK_THAT(list[1].text, Contains("No smaller design"));
}

TEST_CASE("means that noise may have ordered are counted next to the highest") {
  const ResultsTable table = three_designs(0.895);
  const auto list = writers::recommend(table, analyze(table), {}, {});
  CHECK_THAT(list.at(0).text, Contains("1 other mean is within one standard error"));
  CHECK_THAT(list.at(0).text, Contains("2 of 2 trials"));
}

TEST_CASE("one seed has no standard error, and no design is called near") {
  ResultsTable table = empty_table();
  add_point(table, 100, {0.70});
  add_point(table, 200, {0.80});
  CHECK_FALSE(smallest_near_best(table, analyze(table), {}));
  const auto list = writers::recommend(table, analyze(table), {}, {});
  REQUIRE(list.size() == 1);
  CHECK_THAT(list[0].text, Contains("One trial per design has no standard error"));
}

TEST_CASE("a mean over several seeds without a standard error says why it has none") {
  ResultsTable table = empty_table();
  table.metrics = sweep::metrics();
  table.objectives = {"validation_macro_f1", "weight_bytes"};
  add_point(table, 100, {0.70, 0.72});
  for (Row& row : table.rows) {
    row.metrics.at("validation_macro_f1") = 0.25;
  }
  const auto list = writers::recommend(table, analyze(table), {}, {});
  REQUIRE(list.size() == 1);
  CHECK_THAT(list[0].text, Contains("It has no standard error, as a trial has no confusion matrix, "
                                    "or a class a single image: the order") &&
                               !Contains("One trial"));
}

TEST_CASE("of equal means the smaller design is named") {
  ResultsTable table = empty_table();
  add_point(table, 300, {0.80, 0.80});
  add_point(table, 100, {0.80, 0.80});
  CHECK(most_accurate(table, analyze(table), {}) == 1U);
}

TEST_CASE("a budget is answered, also if nothing keeps it") {
  const ResultsTable table = three_designs(0.885);
  const std::vector<Budget> budgets{{.max_bytes = 250}, {.max_bytes = 50}};
  const auto list = writers::recommend(table, analyze(table), budgets, {});
  REQUIRE(list.size() == 4);
  CHECK(list[2].point == 1U);
  CHECK_FALSE(list[3].point);
}

TEST_CASE("without a completed trial nothing is recommended") {
  ResultsTable table = empty_table();
  CHECK(writers::recommend(table, analyze(table), {}, {}).empty());
}

}  // namespace firesweep::reports
