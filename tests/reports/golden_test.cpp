#include "tests/reports/golden.h"

#include <string>

#include <catch2/catch.hpp>

#include "reports/writers/comparison_text.h"
#include "reports/writers/csv_writer.h"
#include "reports/writers/json_writer.h"
#include "reports/writers/terminal.h"
#include "tests/reports/sample.h"

namespace firesweep::reports {

TEST_CASE("results.json keeps its bytes, but for the last bits of least squares") {
  const ResultsTable table = sample_table();
  check_golden_within_rounding("results.json", writers::results_json(table, analyze(table)));
}

TEST_CASE("results.csv keeps its bytes") {
  const ResultsTable table = sample_table();
  check_golden("results.csv", writers::results_csv(table, analyze(table)));
}

TEST_CASE("pareto.csv keeps its bytes") {
  const ResultsTable table = sample_table();
  check_golden("pareto.csv", writers::pareto_csv(table, analyze(table)));
}

TEST_CASE("the front as JSON keeps its bytes") {
  const ResultsTable table = sample_table();
  check_golden("front.json", writers::front_json(table, analyze(table)));
}

TEST_CASE("the front table keeps its bytes") {
  const ResultsTable table = sample_table();
  check_golden("front.txt", writers::front_table(table, analyze(table)));
}

TEST_CASE("a comparison keeps its bytes in all three forms") {
  const Comparison comparison = compare(sample_table(), {.axis = "bypass", .baseline = "none"});
  check_golden("compare.txt", writers::comparison_table(comparison));
  check_golden("compare.json", writers::comparison_json(comparison));
  check_golden("compare.csv", writers::comparison_csv(comparison));
}

}  // namespace firesweep::reports
