#include "reports/statistics/importance.h"

#include <cstddef>
#include <limits>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/statistics/grid_support.h"

using firesweep::reports::statistics::axis_importance;
using firesweep::reports::statistics::Importance;

namespace {

double sum_of_shares(const Importance& importance) {
  double sum = importance.other_interactions + importance.seeds.value_or(0.0) + importance.shared;
  for (const double fraction : importance.main) {
    sum += fraction;
  }
  for (const auto& pair : importance.pairs) {
    sum += pair.fraction;
  }
  return sum;
}

}  // namespace

TEST_CASE("shares of a balanced grid are those of the textbook's table") {
  // First axis -/+ 3, second -/+ 1, their product -/+ 2, seeds -/+ 0.5: squares 9, 1, 4 and 0.25.
  const auto grid = full_grid({2, 2}, 2, [](const Levels& levels, std::size_t seed) {
    const double first = levels[0] == 0 ? -1.0 : 1.0;
    const double second = levels[1] == 0 ? -1.0 : 1.0;
    return 7.0 + 3.0 * first + second + 2.0 * first * second + (seed == 0 ? -0.5 : 0.5);
  });
  const auto importance = axis_importance(grid);
  REQUIRE(importance);
  CHECK(importance->main[0] == Approx(9.0 / 14.25));
  CHECK(importance->main[1] == Approx(1.0 / 14.25));
  REQUIRE(importance->pairs.size() == 1);
  CHECK(importance->pairs[0].fraction == Approx(4.0 / 14.25));
  CHECK(importance->other_interactions == Approx(0.0).margin(1e-12));
  CHECK(*importance->seeds == Approx(0.25 / 14.25));
  CHECK(importance->shared == 0.0);
}

TEST_CASE("what three axes do together is in none of the pairs") {
  const auto grid = full_grid({2, 2, 2}, 1, [](const Levels& levels, std::size_t) {
    return (levels[0] + levels[1] + levels[2]) % 2 == 0 ? 1.0 : -1.0;
  });
  const auto importance = axis_importance(grid);
  CHECK(importance->other_interactions == Approx(1.0));
  CHECK(importance->main[0] == Approx(0.0).margin(1e-12));
  CHECK_FALSE(importance->seeds);
}

TEST_CASE("all fractions together are one, and not negative, on any part of a grid") {
  std::mt19937 random(111);
  for (int round = 0; round < 60; ++round) {
    const auto full = full_grid({3, 2, 4}, 2, [&](const Levels& levels, std::size_t) {
      return static_cast<double>(levels[0] * levels[2]) + noise(random);
    });
    auto keep = random_order(random, full.values.size());
    keep.resize(2 + random() % (keep.size() - 1));
    const auto importance = axis_importance(picked(full, keep));
    REQUIRE(importance);
    CHECK(sum_of_shares(*importance) == Approx(1.0));
    CHECK(importance->other_interactions >= 0.0);
    for (const double fraction : importance->main) {
      CHECK(fraction >= 0.0);
      CHECK(fraction <= 1.0);
    }
    for (const auto& pair : importance->pairs) {
      CHECK(pair.fraction >= 0.0);
      CHECK(pair.fraction <= 1.0);
    }
    if (keep.size() == full.values.size()) {
      CHECK(importance->shared == 0.0);
    }
  }
}

TEST_CASE("what axes that move together explain is shared, not given to either") {
  const auto importance = axis_importance(
      {.level_counts = {2, 2}, .levels = {0, 0, 1, 1, 0, 0, 1, 1}, .values = {1, 3, 1, 3}});
  CHECK(importance->main[0] == Approx(0.0).margin(1e-12));
  CHECK(importance->main[1] == Approx(0.0).margin(1e-12));
  CHECK(importance->shared == Approx(1.0));
}

TEST_CASE("an axis of one value explains nothing") {
  const auto importance =
      axis_importance({.level_counts = {1, 2}, .levels = {0, 0, 0, 1}, .values = {1, 2}});
  CHECK(importance->main[0] == 0.0);
  CHECK(importance->main[1] == Approx(1.0));
}

TEST_CASE("a first value that was never observed has no effect") {
  const auto importance = axis_importance(
      {.level_counts = {3, 2}, .levels = {1, 0, 1, 1, 2, 0, 2, 1}, .values = {1, 1, 5, 5}});
  CHECK(importance->main[0] == Approx(1.0));
  CHECK(importance->shared == 0.0);
}

TEST_CASE("values without differences have no shares") {
  CHECK_FALSE(axis_importance({.level_counts = {2}, .levels = {}, .values = {}}));
  CHECK_FALSE(
      axis_importance({.level_counts = {2}, .levels = {0, 1, 1}, .values = {0.1, 0.1, 0.1}}));
  CHECK_FALSE(axis_importance({.level_counts = {2},
                               .levels = {0, 1},
                               .values = {0.1, std::numeric_limits<double>::infinity()}}));
}

TEST_CASE("pairs of very many values are left out, and this is reported") {
  std::mt19937 random(112);
  const auto grid =
      full_grid({40, 40}, 1, [&](const Levels&, std::size_t) { return noise(random); });
  const auto importance = axis_importance(grid);
  CHECK_FALSE(importance->pairs_fitted);
  CHECK(importance->pairs.empty());
  CHECK(sum_of_shares(*importance) == Approx(1.0));
}

TEST_CASE("the order of observations changes no bit of a fraction") {
  std::mt19937 random(113);
  const auto full = full_grid({3, 3}, 2, [&](const Levels&, std::size_t) { return noise(random); });
  const auto part = picked(full, {0, 1, 3, 4, 6, 7, 8, 10, 12, 13, 16});
  const auto importance = axis_importance(part);
  for (int round = 0; round < 5; ++round) {
    const auto again = axis_importance(picked(part, random_order(random, part.values.size())));
    REQUIRE(again->main == importance->main);
    REQUIRE(again->pairs[0].fraction == importance->pairs[0].fraction);
    REQUIRE(again->seeds == importance->seeds);
  }
}
