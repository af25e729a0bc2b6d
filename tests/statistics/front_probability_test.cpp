#include "reports/statistics/front_probability.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "reports/statistics/pareto.h"
#include "tests/statistics/support.h"

using firesweep::reports::statistics::Costs;
using firesweep::reports::statistics::front_probabilities;
using firesweep::reports::statistics::FrontCandidate;
using firesweep::reports::statistics::non_dominated;
using firesweep::reports::statistics::Resampling;

namespace {

std::vector<FrontCandidate> random_candidates(std::mt19937& random, std::size_t count,
                                              std::size_t fixed, std::size_t measured) {
  std::vector<FrontCandidate> candidates(count);
  for (FrontCandidate& candidate : candidates) {
    candidate.fixed = random_values(random, fixed, 6);
    candidate.measured.resize(random() % 4);
    for (Costs& costs : candidate.measured) {
      costs = random_values(random, measured, 12);
    }
  }
  return candidates;
}

/// One measured cost each, two seeds each: all resamples, counted.
std::vector<double> exact_probabilities(const std::vector<FrontCandidate>& candidates) {
  const std::size_t resamples = std::size_t{1} << (2 * candidates.size());
  std::vector<double> probability(candidates.size(), 0.0);
  for (std::size_t resample = 0; resample < resamples; ++resample) {
    std::vector<Costs> means;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const auto& seeds = candidates[i].measured;
      means.push_back({candidates[i].fixed[0], (seeds[(resample >> (2 * i)) & 1U][0] +
                                                seeds[(resample >> (2 * i + 1)) & 1U][0]) /
                                                   2.0});
    }
    const auto kept = non_dominated(means);
    for (std::size_t i = 0; i < kept.size(); ++i) {
      probability[i] += kept[i] ? 1.0 / static_cast<double>(resamples) : 0.0;
    }
  }
  return probability;
}

}  // namespace

TEST_CASE("with one seed each, a candidate is on the front or not") {
  std::mt19937 random(71);
  for (const std::size_t fixed : {1U, 2U}) {
    for (int round = 0; round < 50; ++round) {
      auto candidates = random_candidates(random, 12, fixed, 1);
      std::vector<Costs> costs;
      for (FrontCandidate& candidate : candidates) {
        candidate.measured.assign(1, random_values(random, 1, 8));
        costs.push_back(candidate.fixed);
        costs.back().push_back(candidate.measured[0][0]);
      }
      const auto kept = non_dominated(costs);
      const auto result = front_probabilities(candidates, {.count = 3});
      for (std::size_t i = 0; i < kept.size(); ++i) {
        REQUIRE(result.probability[i] == (kept[i] ? 1.0 : 0.0));
      }
    }
  }
}

TEST_CASE("probabilities come close to those of all resamples") {
  std::mt19937 random(72);
  for (int round = 0; round < 5; ++round) {
    std::vector<FrontCandidate> candidates(5);
    for (FrontCandidate& candidate : candidates) {
      candidate.fixed = random_values(random, 1, 4);
      candidate.measured = {random_values(random, 1, 9), random_values(random, 1, 9)};
    }
    const auto exact = exact_probabilities(candidates);
    const auto result = front_probabilities(candidates, {.seed = 5, .count = 40'000});
    for (std::size_t i = 0; i < exact.size(); ++i) {
      CHECK(result.probability[i] == Approx(exact[i]).margin(0.012));  // over 4 standard errors
    }
  }
}

TEST_CASE("a hand-made case: the larger design is on the front when its mean is the lower one") {
  // The small one has 0.5 always; the large one 0.2 or 0.6, so its mean is 0.2, 0.4, 0.4 or 0.6.
  const std::vector<FrontCandidate> candidates = {
      {{1.0}, {{0.5}, {0.5}}}, {{2.0}, {{0.2}, {0.6}}}, {{3.0}, {{0.9}, {0.7}}}, {{1.0}, {}}};
  const auto result = front_probabilities(candidates, {.count = 20'000});
  CHECK(result.probability[0] == 1.0);
  CHECK(result.probability[1] == Approx(0.75).margin(0.015));
  CHECK(result.probability[2] == 0.0);
  CHECK(result.probability[3] == 0.0);
}

TEST_CASE("ties of means follow the front's rules") {
  // Equal size and equal means: both kept. Equal means at a larger size: dominated.
  const std::vector<FrontCandidate> candidates = {
      {{1.0}, {{0.1}, {0.1}, {0.1}}}, {{1.0}, {{0.1}}}, {{2.0}, {{0.1}, {0.1}}}};
  CHECK(front_probabilities(candidates).probability == std::vector{1.0, 1.0, 0.0});
}

TEST_CASE("candidates without values are never on the front") {
  CHECK(front_probabilities({}).probability.empty());
  CHECK(front_probabilities(std::vector<FrontCandidate>{{{1.0}, {}}}).probability ==
        std::vector{0.0});
}

TEST_CASE("neither the order of candidates nor of seeds changes a probability") {
  std::mt19937 random(73);
  for (const std::size_t measured : {1U, 2U}) {
    for (int round = 0; round < 20; ++round) {
      const auto candidates = random_candidates(random, 15, 1, measured);
      const auto result = front_probabilities(candidates, {.count = 50});
      std::vector<std::size_t> order(candidates.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::ranges::shuffle(order, random);
      std::vector<FrontCandidate> again;
      for (const std::size_t i : order) {
        again.push_back(candidates[i]);
        std::ranges::shuffle(again.back().measured, random);
      }
      const auto other = front_probabilities(again, {.count = 50});
      for (std::size_t i = 0; i < order.size(); ++i) {
        REQUIRE(other.probability[i] == result.probability[order[i]]);
      }
    }
  }
}

TEST_CASE("a candidate that is always dominated changes no probability") {
  std::mt19937 random(74);
  auto candidates = random_candidates(random, 10, 1, 1);
  candidates.front().measured = {{0.25}, {0.5}};
  auto result = front_probabilities(candidates, {.count = 100});
  candidates.push_back({{candidates.front().fixed[0] + 1.0}, {{0.6}, {0.5}}});
  auto with_worse = front_probabilities(candidates, {.count = 100});
  CHECK(with_worse.probability.back() == 0.0);
  with_worse.probability.pop_back();
  CHECK(with_worse.probability == result.probability);
}

TEST_CASE("a third cost that is the same everywhere changes nothing") {
  std::mt19937 random(75);
  auto candidates = random_candidates(random, 20, 1, 1);
  const auto plane = front_probabilities(candidates, {.count = 100});
  for (FrontCandidate& candidate : candidates) {
    candidate.fixed.push_back(7.0);
  }
  CHECK(front_probabilities(candidates, {.count = 100}).probability == plane.probability);
}

TEST_CASE("measured costs of one seed are drawn together") {
  // Apart, the two costs could both be at their best; together one is always bad. The rival is
  // dominated only by a mean of (0, 0).
  const std::vector<FrontCandidate> candidates = {{{}, {{0.0, 1.0}, {1.0, 0.0}}},
                                                  {{}, {{0.1, 0.1}}}};
  CHECK(front_probabilities(candidates).probability[1] == 1.0);
}

TEST_CASE("the result says from which seed and how many resamples it was made") {
  CHECK(front_probabilities({}, {.seed = 9, .count = 10}).resampling ==
        Resampling{.exact = false, .seed = 9, .count = 10});
}
