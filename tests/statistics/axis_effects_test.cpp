#include "reports/statistics/axis_effects.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "reports/statistics/mean_interval.h"
#include "tests/statistics/grid_support.h"

using firesweep::reports::statistics::axis_effects;
using firesweep::reports::statistics::GridObservations;
using firesweep::reports::statistics::interaction_table;

namespace {

constexpr double kFirst[] = {-2.0, 0.0, 2.0};
constexpr double kSecond[] = {-1.0, 1.0};

double additive(const Levels& levels, std::size_t /*seed*/) {
  return 10.0 + kFirst[levels[0]] + kSecond[levels[1]];
}

}  // namespace

TEST_CASE("on a full grid an effect is the value's mean minus the grand mean") {
  std::mt19937 random(101);
  const auto grid =
      full_grid({3, 2, 4}, 2, [&](const Levels&, std::size_t) { return noise(random); });
  const auto result = axis_effects(grid);
  REQUIRE(result);
  CHECK(result->full_grid);
  CHECK(result->designs == 24);
  CHECK(result->observations == 48);
  double grand = 0.0;
  for (const double value : grid.values) {
    grand += value / 48.0;
  }
  CHECK(result->grand_mean == Approx(grand));
  for (std::size_t axis = 0; axis < 3; ++axis) {
    for (std::size_t level = 0; level < grid.level_counts[axis]; ++level) {
      double sum = 0.0;
      double count = 0.0;
      for (std::size_t i = 0; i < grid.values.size(); ++i) {
        const bool here = grid.levels[i * 3 + axis] == level;
        sum += here ? grid.values[i] : 0.0;
        count += here ? 1.0 : 0.0;
      }
      const auto& effect = result->effects[axis][level];
      CHECK(*effect.effect == Approx(sum / count - grand).margin(1e-12));
      CHECK(effect.observations == static_cast<std::size_t>(count));
      REQUIRE(effect.interval);
      CHECK(effect.interval->low < *effect.effect);
      CHECK(effect.interval->high > *effect.effect);
    }
  }
}

TEST_CASE("on a broken grid least squares finds the effects that plain means would mix") {
  // Without (0, 1) and (2, 0), the first axis's low value is seen with the second's low value only.
  const auto full = full_grid({3, 2}, 1, additive);
  const auto result = axis_effects(picked(full, {0, 2, 3, 5}));
  REQUIRE(result);
  CHECK_FALSE(result->full_grid);
  for (std::size_t level = 0; level < 3; ++level) {
    CHECK(*result->effects[0][level].effect == Approx(kFirst[level]).margin(1e-12));
  }
  for (std::size_t level = 0; level < 2; ++level) {
    CHECK(*result->effects[1][level].effect == Approx(kSecond[level]).margin(1e-12));
  }
  CHECK(result->effects[0][0].designs == 1);
  CHECK(result->effects[0][1].designs == 2);
}

TEST_CASE("a design counts once however many seeds it has") {
  const auto full = full_grid({2}, 4, [](const Levels& levels, std::size_t seed) {
    return levels[0] == 0 ? 1.0 : static_cast<double>(seed);
  });
  const auto result = axis_effects(picked(full, {0, 1, 2, 3, 5, 6, 7}));  // means 1 and 2
  CHECK(result->grand_mean == 1.5);
  CHECK(*result->effects[0][0].effect == Approx(-0.5));
  CHECK(*result->effects[0][1].effect == Approx(0.5));
}

TEST_CASE("axes that move together have no effects of their own, the others have") {
  GridObservations grid{.level_counts = {2, 2, 2}, .levels = {}, .values = {}};
  for (std::size_t together = 0; together < 2; ++together) {
    for (std::size_t third = 0; third < 2; ++third) {
      grid.levels.insert(grid.levels.end(), {together, together, third});
      grid.values.push_back(static_cast<double>(3 * together + 2 * third));
    }
  }
  const auto result = axis_effects(grid);
  CHECK_FALSE(result->effects[0][0].effect);
  CHECK_FALSE(result->effects[1][1].effect);
  CHECK(*result->effects[2][1].effect == Approx(1.0));
}

TEST_CASE("a value that was never observed has no effect") {
  const auto full = full_grid({3, 2}, 2, additive);
  const auto result = axis_effects(picked(full, {4, 5, 6, 7, 8, 9, 10, 11}));
  CHECK(result->full_grid);
  CHECK_FALSE(result->effects[0][0].effect);
  CHECK_FALSE(result->effects[0][0].interval);
  CHECK(*result->effects[0][1].effect == Approx(-1.0));
}

TEST_CASE("without a design of two seeds there are effects but no intervals") {
  const auto result = axis_effects(full_grid({3, 2}, 1, additive));
  CHECK(result->effects[0][0].effect);
  CHECK_FALSE(result->effects[0][0].interval);
}

TEST_CASE("no observation and values that are not finite have no effects") {
  CHECK_FALSE(axis_effects({.level_counts = {2}, .levels = {}, .values = {}}));
  CHECK_FALSE(axis_effects({.level_counts = {2},
                            .levels = {0, 1},
                            .values = {1.0, std::numeric_limits<double>::quiet_NaN()}}));
}

TEST_CASE("a single axis of one value has no effect but zero") {
  const auto result =
      axis_effects({.level_counts = {1}, .levels = {0, 0, 0}, .values = {1.0, 3.0, 4.0}});
  CHECK(*result->effects[0][0].effect == 0.0);
  CHECK(result->effects[0][0].interval->low == 0.0);
}

TEST_CASE("the order of observations changes no bit of effects and intervals") {
  std::mt19937 random(102);
  const auto grid = full_grid({3, 2}, 3, [&](const Levels&, std::size_t) { return noise(random); });
  const auto part = picked(grid, {0, 1, 2, 4, 5, 6, 9, 10, 11, 12, 15, 17});
  const auto result = axis_effects(part, 0.95);
  for (int round = 0; round < 5; ++round) {
    const auto again = axis_effects(picked(part, random_order(random, part.values.size())), 0.95);
    for (std::size_t axis = 0; axis < 2; ++axis) {
      for (std::size_t level = 0; level < grid.level_counts[axis]; ++level) {
        REQUIRE(again->effects[axis][level].effect == result->effects[axis][level].effect);
        REQUIRE(again->effects[axis][level].interval == result->effects[axis][level].interval);
      }
    }
  }
}

TEST_CASE("intervals of effects hold the true effect about as often as they say") {
  std::mt19937 random(103);
  int held = 0;
  constexpr int kRounds = 400;
  for (int round = 0; round < kRounds; ++round) {
    const auto grid = full_grid({3, 2}, 3, [&](const Levels& levels, std::size_t seed) {
      return additive(levels, seed) + (levels[0] == 2 && levels[1] == 1 ? 3.0 : 0.0) +
             noise(random);
    });
    // The interaction adds 3/2 to the mean of value 2, 3/6 to the grand mean.
    const auto interval = axis_effects(grid)->effects[0][2].interval;
    held += interval->low <= 3.0 && 3.0 <= interval->high ? 1 : 0;
  }
  CHECK(held > kRounds * 0.925);
  CHECK(held < kRounds * 0.985);
}

TEST_CASE("the interval of an effect is Student's where all designs vary alike") {
  // Two designs, three seeds each, variance 1: half the difference has a variance of (1/3 + 1/3) /
  // 4 and four degrees of freedom.
  const auto result = axis_effects({.level_counts = {2},
                                    .levels = {0, 0, 0, 1, 1, 1},
                                    .values = {1.0, 2.0, 3.0, 5.0, 6.0, 7.0}});
  const auto& upper = result->effects[0][1];
  CHECK(*upper.effect == Approx(2.0));
  REQUIRE(upper.interval);
  constexpr double kQuantile = 2.7764451051977987;  // of Student's t, 97.5 %, four degrees
  CHECK(upper.interval->high - 2.0 == Approx(kQuantile * std::sqrt(1.0 / 6.0)));
  CHECK(2.0 - upper.interval->low == Approx(kQuantile * std::sqrt(1.0 / 6.0)));
}

TEST_CASE("two seeds of one design are too few for an interval of an effect") {
  const auto result =
      axis_effects({.level_counts = {2}, .levels = {0, 0, 1}, .values = {1.0, 2.0, 5.0}});
  CHECK(result->effects[0][1].effect);
  CHECK_FALSE(result->effects[0][1].interval);
}

TEST_CASE("weights on a broken grid are those that least squares gives each design") {
  std::mt19937 random(104);
  const auto grid =
      picked(full_grid({3, 2, 2}, 2, [&](const Levels&, std::size_t) { return noise(random); }),
             {0, 1, 4, 5, 6, 7, 10, 11, 12, 13, 16, 17, 20, 21, 22, 23});
  // A change of both seeds of one design changes the effect by its weight, and the interval not in
  // width. Two seeds with difference d have a variance of d^2 / 4 for their mean.
  const auto before = axis_effects(grid);
  double variance = 0.0;
  double squares = 0.0;
  for (std::size_t i = 0; i < grid.values.size(); i += 2) {
    GridObservations moved = grid;
    moved.values[i] += 1.0;
    moved.values[i + 1] += 1.0;
    const auto after = axis_effects(moved);
    const double weight = *after->effects[0][1].effect - *before->effects[0][1].effect;
    const double part = weight * weight * std::pow(grid.values[i] - grid.values[i + 1], 2) / 4.0;
    variance += part;
    squares += part * part;
    CHECK(after->effects[0][1].interval->high - after->effects[0][1].interval->low ==
          Approx(before->effects[0][1].interval->high - before->effects[0][1].interval->low));
  }
  const double freedom = variance * variance / squares;
  CHECK(before->effects[0][1].interval->high - *before->effects[0][1].effect ==
        Approx(-firesweep::reports::statistics::student_t_quantile(0.025, freedom) *
               std::sqrt(variance)));
}

TEST_CASE("an interaction is what the additive model leaves of a cell") {
  const auto additive_table = interaction_table(full_grid({3, 2}, 2, additive), 0, 1);
  REQUIRE(additive_table.size() == 3);
  for (const auto& row : additive_table) {
    REQUIRE(row.size() == 2);
    for (const auto& cell : row) {
      CHECK(*cell.interaction == Approx(0.0).margin(1e-12));
    }
  }
  const auto crossed = interaction_table(full_grid({2, 2, 3}, 1,
                                                   [](const Levels& levels, std::size_t) {
                                                     return levels[0] == levels[1] ? 5.0 : 1.0;
                                                   }),
                                         0, 1);
  CHECK(*crossed[0][0].interaction == Approx(2.0));
  CHECK(*crossed[0][1].interaction == Approx(-2.0));
  CHECK(*crossed[1][1].mean == Approx(5.0));
  CHECK(crossed[1][1].designs == 3);
}

TEST_CASE("an empty cell has no interaction") {
  const auto full = full_grid({3, 2}, 1, additive);
  const auto table = interaction_table(picked(full, {0, 1, 2, 3, 4}), 0, 1);
  CHECK_FALSE(table[2][1].interaction);
  CHECK_FALSE(table[2][1].mean);
  CHECK(table[2][0].interaction);
  CHECK(interaction_table({.level_counts = {2, 2}, .levels = {}, .values = {}}, 0, 1).empty());
}
