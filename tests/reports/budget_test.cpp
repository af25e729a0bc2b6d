#include "reports/budget.h"

#include <catch2/catch.hpp>

#include "reports/analysis.h"
#include "tests/reports/sample.h"

namespace firesweep::reports {

TEST_CASE("Without limits every design fits, and the most accurate is chosen") {
  const ResultsTable table = sample_table();
  const auto points = summarize_points(table);
  const BudgetChoice choice = choose_within(table, points, {}, {});
  CHECK(choice.within == table.designs.size());
  CHECK(choice.without_results == 1);
  CHECK(choice.best == 3U);
  CHECK(Budget{}.empty());
}

TEST_CASE("The choice is the most accurate design that fits, the limit included") {
  const ResultsTable table = sample_table();
  const auto points = summarize_points(table);
  const std::int64_t bytes = table.designs[3].complexity.weight_bytes;
  CHECK(choose_within(table, points, {.max_bytes = bytes}, {}).best == 3U);
  const BudgetChoice less = choose_within(table, points, {.max_bytes = bytes - 1}, {});
  REQUIRE(less.best);
  CHECK(less.best != 3U);
  CHECK(table.designs[*less.best].complexity.weight_bytes < bytes);
}

TEST_CASE("Where nothing fits there is no choice") {
  const ResultsTable table = sample_table();
  const BudgetChoice choice =
      choose_within(table, summarize_points(table), {.max_parameters = 1}, {});
  CHECK(choice.within == 0);
  CHECK_FALSE(choice.best);
}

TEST_CASE("An update's time limits through the bandwidth") {
  const ResultsTable table = sample_table();
  const Design& design = table.designs[0];
  const double seconds = deployment_of(design, {}).update_seconds;
  CHECK(fits(design, {.max_update_seconds = seconds}, {}));
  CHECK_FALSE(fits(design, {.max_update_seconds = seconds}, {.bandwidth_bits_per_second = 9e5}));
}

TEST_CASE("Limits are put into words") {
  CHECK(describe({}).empty());
  CHECK(describe({.max_bytes = 500'000, .max_macs = 3'000'000}) ==
        "at most 500,000 bytes of fp32 weights, at most 3,000,000 MACs");
  CHECK(describe({.max_parameters = 12, .max_update_seconds = 2.5}) ==
        "at most 12 parameters, an OTA update in at most 2.5 s");
}

}  // namespace firesweep::reports
