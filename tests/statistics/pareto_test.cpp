#include "reports/statistics/pareto.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <random>
#include <string>

#include <catch2/catch.hpp>

using firesweep::reports::statistics::Costs;
using firesweep::reports::statistics::dominates;
using firesweep::reports::statistics::hypervolume;
using firesweep::reports::statistics::non_dominated;

namespace {

/// Straight from the definition.
std::vector<bool> front_by_definition(const std::vector<Costs>& candidates) {
  std::vector<bool> kept;
  for (const Costs& candidate : candidates) {
    kept.push_back(std::ranges::none_of(
        candidates, [&](const Costs& other) { return dominates(other, candidate); }));
  }
  return kept;
}

/// Counts the unit cells of [0, side)^d that some candidate dominates. Costs are whole numbers.
double cells_dominated(const std::vector<Costs>& candidates, std::size_t dimension, int side) {
  std::size_t cells = 1;
  for (std::size_t d = 0; d < dimension; ++d) {
    cells *= static_cast<std::size_t>(side);
  }
  double dominated = 0.0;
  for (std::size_t cell = 0; cell < cells; ++cell) {
    dominated += std::ranges::any_of(candidates, [&](const Costs& candidate) {
      std::size_t rest = cell;
      for (std::size_t d = 0; d < dimension; ++d) {
        if (candidate[d] > static_cast<double>(rest % static_cast<std::size_t>(side))) {
          return false;
        }
        rest /= static_cast<std::size_t>(side);
      }
      return true;
    });
  }
  return dominated;
}

/// Whole numbers from a small range, so that ties and equal candidates are common.
std::vector<Costs> random_costs(std::mt19937& random, std::size_t count, std::size_t dimension,
                                unsigned side) {
  std::vector<Costs> candidates(count, Costs(dimension));
  for (Costs& candidate : candidates) {
    for (double& cost : candidate) {
      cost = static_cast<double>(random() % side);
    }
  }
  return candidates;
}

struct FrontCase {
  std::string name;
  std::vector<Costs> candidates;
  std::vector<bool> kept;
};

}  // namespace

TEST_CASE("a candidate dominates another if it is nowhere worse and somewhere better") {
  CHECK(dominates({1, 1}, {2, 2}));
  CHECK(dominates({1, 2}, {2, 2}));
  CHECK_FALSE(dominates({2, 2}, {2, 2}));
  CHECK_FALSE(dominates({1, 3}, {2, 2}));
  CHECK_FALSE(dominates({2, 2}, {1, 2}));
}

TEST_CASE("the front is what no other candidate dominates") {
  const auto test = GENERATE(values<FrontCase>({
      {"no candidate", {}, {}},
      {"a single one", {{3, 3}}, {true}},
      // cost 1
      //   3 | a . e
      //   2 | . b d
      //   1 | . . c
      //       1 2 3  cost 0
      {"a staircase", {{1, 3}, {2, 2}, {3, 1}, {3, 2}, {3, 3}}, {true, true, true, false, false}},
      {"equal ones are all kept", {{1, 1}, {1, 1}, {2, 2}, {2, 2}}, {true, true, false, false}},
      {"a tie in the first cost", {{1, 2}, {1, 1}}, {false, true}},
      {"a tie in the second cost", {{2, 1}, {1, 1}}, {false, true}},
      {"one objective", {{2}, {1}, {1}, {3}}, {false, true, true, false}},
      {"three objectives",
       {{1, 2, 3}, {3, 2, 1}, {3, 2, 3}, {2, 2, 2}, {2, 2, 2}},
       {true, true, false, true, true}},
      {"negative costs", {{-0.9, 10}, {-0.8, 10}, {-0.8, 5}}, {true, false, true}},
  }));
  CAPTURE(test.name);
  CHECK(non_dominated(test.candidates) == test.kept);
}

TEST_CASE("the front of random sets agrees with the definition") {
  const auto dimension = GENERATE(range<std::size_t>(1, 5));
  std::mt19937 random(20260101);
  for (int round = 0; round < 200; ++round) {
    const auto candidates = random_costs(random, random() % 30, dimension, 6);
    REQUIRE(non_dominated(candidates) == front_by_definition(candidates));
  }
}

TEST_CASE("the order of candidates never changes the front or its hypervolume") {
  std::mt19937 random(7);
  for (int round = 0; round < 100; ++round) {
    const std::size_t dimension = 2 + random() % 2;
    const auto candidates = random_costs(random, 20, dimension, 8);
    std::vector<std::size_t> order(candidates.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::shuffle(order, random);
    std::vector<Costs> shuffled;
    for (const std::size_t i : order) {
      shuffled.push_back(candidates[i]);
    }
    const auto kept = non_dominated(candidates);
    const auto kept_shuffled = non_dominated(shuffled);
    for (std::size_t i = 0; i < order.size(); ++i) {
      REQUIRE(kept_shuffled[i] == kept[order[i]]);
    }
    const Costs reference(dimension, 8.0);
    REQUIRE(hypervolume(shuffled, reference) == hypervolume(candidates, reference));
  }
}

TEST_CASE("a dominated candidate changes neither the front nor its hypervolume") {
  std::mt19937 random(8);
  for (int round = 0; round < 100; ++round) {
    const std::size_t dimension = 2 + random() % 2;
    auto candidates = random_costs(random, 12, dimension, 8);
    const auto kept = non_dominated(candidates);
    const Costs reference(dimension, 9.0);
    const double volume = hypervolume(candidates, reference);
    Costs worse = candidates[random() % candidates.size()];
    worse[random() % dimension] += 1.0;
    candidates.push_back(worse);
    auto kept_with_worse = non_dominated(candidates);
    REQUIRE_FALSE(kept_with_worse.back());
    kept_with_worse.pop_back();
    REQUIRE(kept_with_worse == kept);
    REQUIRE(hypervolume(candidates, reference) == volume);
  }
}

TEST_CASE("hypervolume of known sets") {
  CHECK(hypervolume({}, {1, 1}) == 0.0);
  CHECK(hypervolume(std::vector<Costs>{{2}, {1}}, {4}) == 3.0);
  CHECK(hypervolume(std::vector<Costs>{{1, 1}}, {3, 4}) == 6.0);
  // 3x1 + 2x1 + 1x1
  CHECK(hypervolume(std::vector<Costs>{{1, 3}, {2, 2}, {3, 1}}, {4, 4}) == 6.0);
  CHECK(hypervolume(std::vector<Costs>{{0, 0, 0}}, {2, 3, 4}) == 24.0);
  // Two boxes of 4 share one of 2.
  CHECK(hypervolume(std::vector<Costs>{{0, 0, 1}, {0, 1, 0}}, {2, 2, 2}) == 6.0);
  // An accuracy of 0.5 at half of the largest size: a quarter.
  CHECK(hypervolume(std::vector<Costs>{{-0.5, 0.5}}, {0, 1}) == 0.25);
}

TEST_CASE("candidates that are not better than the reference everywhere add no volume") {
  CHECK(hypervolume(std::vector<Costs>{{4, 0}, {0, 5}, {4, 4}}, {4, 4}) == 0.0);
  CHECK(hypervolume(std::vector<Costs>{{1, 1}, {0, 5}}, {2, 2}) == 1.0);
}

TEST_CASE("hypervolume of random sets agrees with counted cells") {
  const auto dimension = GENERATE(range<std::size_t>(1, 6));
  std::mt19937 random(99);
  constexpr int kSide = 6;
  for (int round = 0; round < 50; ++round) {
    const auto candidates = random_costs(random, random() % 12, dimension, kSide + 1);
    REQUIRE(hypervolume(candidates, Costs(dimension, kSide)) ==
            cells_dominated(candidates, dimension, kSide));
  }
}
