#include "tests/reports/golden.h"

#include <string>

#include <catch2/catch.hpp>

#include "reports/csv_writer.h"
#include "reports/json_writer.h"
#include "reports/terminal.h"
#include "tests/reports/sample.h"

namespace firesweep::reports {

TEST_CASE("results.json keeps its bytes") {
  const ResultsTable table = sample_table();
  check_golden("results.json", results_json(table, analyze(table)));
}

TEST_CASE("results.csv keeps its bytes") {
  const ResultsTable table = sample_table();
  check_golden("results.csv", results_csv(table, analyze(table)));
}

TEST_CASE("pareto.csv keeps its bytes") {
  const ResultsTable table = sample_table();
  check_golden("pareto.csv", pareto_csv(table, analyze(table)));
}

TEST_CASE("the front as JSON keeps its bytes") {
  const ResultsTable table = sample_table();
  check_golden("front.json", front_json(table, analyze(table)));
}

TEST_CASE("the front table keeps its bytes") {
  const ResultsTable table = sample_table();
  check_golden("front.txt", front_table(table, analyze(table)));
}

TEST_CASE("a comparison keeps its bytes in all three forms") {
  const Comparison comparison = compare(sample_table(), {.axis = "bypass", .baseline = "none"});
  check_golden("compare.txt", comparison_table(comparison));
  check_golden("compare.json", comparison_json(comparison));
  check_golden("compare.csv", comparison_csv(comparison));
}

}  // namespace firesweep::reports
