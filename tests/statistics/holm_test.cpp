#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "reports/statistics/paired_test.h"
#include "tests/statistics/support.h"

using firesweep::reports::statistics::holm;

TEST_CASE("Holm's adjustment of a worked example") {
  // 0.01 * 4; 0.02 * 3 = 0.06; 0.03 * 2 = 0.06; 0.04 * 1 is raised to the one before it.
  const auto adjusted = holm(std::vector{0.04, 0.01, 0.03, 0.02});
  CHECK(adjusted[0] == Approx(0.06));
  CHECK(adjusted[1] == Approx(0.04));
  CHECK(adjusted[2] == Approx(0.06));
  CHECK(adjusted[3] == Approx(0.06));
}

TEST_CASE("a single p-value needs no adjustment") {
  CHECK(holm({}).empty());
  CHECK(holm(std::vector{0.3}) == std::vector{0.3});
}

TEST_CASE("an adjusted p-value is at most one") {
  CHECK(holm(std::vector{0.6, 0.7, 1.0}) == std::vector{1.0, 1.0, 1.0});
}

TEST_CASE(
    "Holm's adjustment keeps the order, lies between none and Bonferroni's, and grows with every "
    "p") {
  std::mt19937 random(41);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> p_values = random_fractions(random, 1 + random() % 8);
    const auto adjusted = holm(p_values);
    const auto n = static_cast<double>(p_values.size());
    for (std::size_t i = 0; i < p_values.size(); ++i) {
      CHECK(adjusted[i] >= p_values[i]);
      CHECK(adjusted[i] <= std::min(1.0, n * p_values[i]));
      for (std::size_t j = 0; j < p_values.size(); ++j) {
        if (p_values[i] <= p_values[j]) {
          CHECK(adjusted[i] <= adjusted[j]);
        }
      }
    }
    const std::size_t raised = random() % p_values.size();
    p_values[raised] = std::min(1.0, p_values[raised] + 0.1);
    const auto again = holm(p_values);
    for (std::size_t i = 0; i < p_values.size(); ++i) {
      CHECK(again[i] >= adjusted[i]);
    }
  }
}
