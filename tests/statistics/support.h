// Random samples for the tests of statistics; the library's own generator is not involved.
#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

/// Whole steps of 1/64: sums are exact and ties are common.
inline std::vector<double> random_values(std::mt19937& random, std::size_t count, unsigned steps) {
  std::vector<double> values(count);
  for (double& value : values) {
    value = static_cast<double>(random() % steps) / 64.0;
  }
  return values;
}

/// Not exact in binary: sums depend on their order.
inline std::vector<double> random_fractions(std::mt19937& random, std::size_t count) {
  std::vector<double> values(count);
  for (double& value : values) {
    value = static_cast<double>(random() % 10'000) / 10'000.0;
  }
  return values;
}

inline std::vector<double> shuffled(std::vector<double> values, std::mt19937& random) {
  std::ranges::shuffle(values, random);
  return values;
}
