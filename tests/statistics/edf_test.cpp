#include "reports/statistics/edf.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/statistics/support.h"

using firesweep::reports::statistics::edf;
using firesweep::reports::statistics::edf_band;
using firesweep::reports::statistics::EdfStep;
using firesweep::reports::statistics::fraction_at;
using firesweep::reports::statistics::ks_distance;
using firesweep::reports::statistics::size_normalised_weights;
using firesweep::reports::statistics::SizeScale;

TEST_CASE("the distribution function steps up at each distinct value") {
  const auto steps = edf(std::vector{0.5, 0.25, 0.5, 1.0});
  CHECK(steps == std::vector<EdfStep>{{0.25, 0.25}, {0.5, 0.75}, {1.0, 1.0}});
  CHECK(fraction_at(steps, 0.0) == 0.0);
  CHECK(fraction_at(steps, 0.25) == 0.25);
  CHECK(fraction_at(steps, 0.49) == 0.25);
  CHECK(fraction_at(steps, 0.5) == 0.75);
  CHECK(fraction_at(steps, 2.0) == 1.0);
}

TEST_CASE("weights count as so many points") {
  const std::vector<double> values = {3.0, 1.0, 2.0};
  CHECK(edf(values, std::vector{2.0, 1.0, 1.0}) == edf(std::vector{3.0, 1.0, 2.0, 3.0}));
  CHECK(edf(values, std::vector{0.0, 1.0, 1.0}) == edf(std::vector{1.0, 2.0}));
  CHECK(edf(values, std::vector{0.0, 0.0, 0.0}).empty());
  CHECK(edf({}).empty());
}

TEST_CASE("the last fraction is exactly one, whatever the weights") {
  std::mt19937 random(91);
  for (int round = 0; round < 50; ++round) {
    const auto values = random_fractions(random, 30);
    auto weights = random_fractions(random, 30);
    weights.front() = 0.1;
    CHECK(edf(values, weights).back().fraction == 1.0);
  }
}

TEST_CASE("normalised by size, every part of the range of sizes weighs the same") {
  // Two bins of [0, 10]: three points below 5, one above.
  const auto weights =
      size_normalised_weights(std::vector{0.0, 1.0, 10.0, 2.0}, 2, SizeScale::kLinear);
  REQUIRE(weights.size() == 4);
  CHECK(weights[0] == Approx(1.0 / 6.0));
  CHECK(weights[1] == Approx(1.0 / 6.0));
  CHECK(weights[2] == Approx(0.5));
  CHECK(weights[3] == Approx(1.0 / 6.0));
}

TEST_CASE("on a logarithmic scale, bins are ratios of sizes") {
  // 1 to 10 and 10 to 100.
  const auto weights = size_normalised_weights(std::vector{1.0, 2.0, 9.0, 20.0, 100.0}, 2);
  CHECK(weights[0] == Approx(1.0 / 6.0));
  CHECK(weights[2] == Approx(1.0 / 6.0));
  CHECK(weights[3] == Approx(0.25));
  CHECK(weights[4] == Approx(0.25));
}

TEST_CASE("empty bins have no weight to give; weights sum to one") {
  std::mt19937 random(92);
  for (int round = 0; round < 50; ++round) {
    auto sizes = random_fractions(random, 1 + random() % 20);
    for (double& size : sizes) {
      size += 0.01;
    }
    const auto weights = size_normalised_weights(sizes, 1 + random() % 12);
    CHECK(std::accumulate(weights.begin(), weights.end(), 0.0) == Approx(1.0));
  }
  CHECK(size_normalised_weights(std::vector{4.0, 4.0}, 5) == std::vector{0.5, 0.5});
  CHECK(size_normalised_weights({}).empty());
}

TEST_CASE("the distance of two distribution functions") {
  const auto a = edf(std::vector{1.0, 2.0, 3.0, 4.0});
  CHECK(ks_distance(a, a) == 0.0);
  CHECK(ks_distance(a, edf(std::vector{5.0, 6.0})) == 1.0);
  const auto b = edf(std::vector{1.0, 1.5, 1.7, 4.0});  // at 1.7: 0.75 against 0.25
  CHECK(ks_distance(a, b) == 0.5);
  CHECK(ks_distance(b, a) == 0.5);
  CHECK_FALSE(ks_distance(a, {}));
}

TEST_CASE("a band holds the curve and is nothing where all points agree") {
  std::mt19937 random(93);
  const auto values = random_fractions(random, 60);
  const std::vector<double> x = {-1.0, 0.1, 0.3, 0.5, 0.8, 2.0};
  const auto steps = edf(values);
  const auto band = edf_band(values, {}, x);
  REQUIRE(band);
  REQUIRE(band->fractions.size() == x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    CHECK(band->fractions[i].low <= fraction_at(steps, x[i]));
    CHECK(band->fractions[i].high >= fraction_at(steps, x[i]));
  }
  CHECK(band->fractions.front().high == 0.0);
  CHECK(band->fractions.back().low == 1.0);
  CHECK(band->resampling.count == 1000);
  CHECK_FALSE(edf_band({}, {}, x));
  CHECK_FALSE(edf_band(std::vector{1.0}, std::vector{0.0}, x));
}

TEST_CASE("a band is as wide as the binomial says") {
  // 100 points, half of them at most 0: the fraction has a deviation of 0.05.
  std::vector<double> values(100, 0.0);
  std::fill(values.begin() + 50, values.end(), 1.0);
  const auto band = edf_band(values, {}, std::vector{0.0}, 0.95, {.count = 10'000});
  CHECK(band->fractions[0].low == Approx(0.5 - 1.96 * 0.05).margin(0.011));
  CHECK(band->fractions[0].high == Approx(0.5 + 1.96 * 0.05).margin(0.011));
}

TEST_CASE("the order of points changes neither curve nor band") {
  std::mt19937 random(94);
  const auto values = random_fractions(random, 30);
  const std::vector<double> x = {0.2, 0.6};
  const auto band = edf_band(values, {}, x, 0.9, {.count = 50});
  for (int round = 0; round < 5; ++round) {
    const auto again = shuffled(values, random);
    CHECK(edf(again) == edf(values));
    CHECK(edf_band(again, {}, x, 0.9, {.count = 50})->fractions == band->fractions);
  }
}
