// Chance among the elements of a list.
#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <utility>
#include <vector>

namespace firesweep::runners::cluster {

/// Moves `some` of them, by chance, to the front; returns how many there were.
template <typename T>
std::size_t draw(std::vector<T>& from, std::size_t some, std::mt19937_64& random) {
  some = std::min(some, from.size());
  for (std::size_t i = 0; i < some; ++i) {
    std::swap(from[i], from[i + random() % (from.size() - i)]);
  }
  return some;
}

}  // namespace firesweep::runners::cluster
