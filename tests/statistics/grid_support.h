// Grids with known effects for the tests of effects and importance.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "reports/statistics/grid.h"

using Levels = std::vector<std::size_t>;

/// All combinations, each observed `seeds` times; `value` gives each observation.
inline firesweep::reports::statistics::GridObservations full_grid(
    const Levels& counts, std::size_t seeds,
    const std::function<double(const Levels&, std::size_t seed)>& value) {
  firesweep::reports::statistics::GridObservations grid{
      .level_counts = counts, .levels = {}, .values = {}};
  Levels levels(counts.size(), 0);
  for (bool more = true; more;) {
    for (std::size_t seed = 0; seed < seeds; ++seed) {
      grid.levels.insert(grid.levels.end(), levels.begin(), levels.end());
      grid.values.push_back(value(levels, seed));
    }
    more = false;
    for (std::size_t axis = counts.size(); axis-- > 0 && !more;) {
      levels[axis] = (levels[axis] + 1) % counts[axis];
      more = levels[axis] != 0;
    }
  }
  return grid;
}

/// The observations that `keep` names, in that order.
inline firesweep::reports::statistics::GridObservations picked(
    const firesweep::reports::statistics::GridObservations& grid,
    const std::vector<std::size_t>& keep) {
  firesweep::reports::statistics::GridObservations part{
      .level_counts = grid.level_counts, .levels = {}, .values = {}};
  const std::size_t axes = grid.level_counts.size();
  for (const std::size_t i : keep) {
    for (std::size_t axis = 0; axis < axes; ++axis) {
      part.levels.push_back(grid.levels[i * axes + axis]);
    }
    part.values.push_back(grid.values[i]);
  }
  return part;
}

inline std::vector<std::size_t> random_order(std::mt19937& random, std::size_t n) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::shuffle(order, random);
  return order;
}

/// About normal: the sum of twelve uniform numbers.
inline double noise(std::mt19937& random) {
  double sum = -6.0;
  for (int i = 0; i < 12; ++i) {
    sum += static_cast<double>(random()) / 4294967296.0;
  }
  return sum;
}
