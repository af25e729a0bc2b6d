#include "reports/statistics/summary.h"

#include <algorithm>
#include <random>

#include <catch2/catch.hpp>

using firesweep::reports::statistics::standard_error;
using firesweep::reports::statistics::summarize;
using firesweep::reports::statistics::Summary;

TEST_CASE("no value has neither mean nor deviation") {
  const Summary summary = summarize({});
  CHECK(summary.n == 0);
  CHECK_FALSE(summary.mean);
  CHECK_FALSE(summary.sd);
  CHECK_FALSE(standard_error(summary));
}

TEST_CASE("a single value has a mean but no deviation") {
  const Summary summary = summarize({0.75});
  CHECK(summary.n == 1);
  CHECK(summary.mean == 0.75);
  CHECK_FALSE(summary.sd);
  CHECK_FALSE(standard_error(summary));
}

TEST_CASE("the deviation is the sample's, over n - 1") {
  const Summary summary = summarize({2, 4, 4, 4, 5, 5, 7, 9});
  CHECK(summary.n == 8);
  CHECK(summary.mean == 5.0);
  CHECK(*summary.sd == Approx(2.138089935));               // sqrt(32 / 7)
  CHECK(*standard_error(summary) == Approx(0.755928946));  // sqrt(32 / 7 / 8)
}

TEST_CASE("equal values have exactly their mean and no spread") {
  const Summary summary = summarize(std::vector<double>(7, 0.1));
  CHECK(summary.mean == 0.1);
  CHECK(summary.sd == 0.0);
}

TEST_CASE("a summary is bit-identical whatever the order of the values") {
  std::mt19937 random(1);
  std::vector<double> values;
  for (int i = 0; i < 50; ++i) {
    values.push_back(static_cast<double>(random()) / 4294967296.0);
  }
  const Summary first = summarize(values);
  for (int round = 0; round < 20; ++round) {
    std::ranges::shuffle(values, random);
    const Summary again = summarize(values);
    REQUIRE(again.mean == first.mean);
    REQUIRE(again.sd == first.sd);
  }
}
