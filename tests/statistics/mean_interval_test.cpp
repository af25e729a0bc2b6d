#include "reports/statistics/mean_interval.h"

#include <chrono>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "reports/statistics/summary.h"
#include "tests/statistics/reference_values.h"
#include "tests/statistics/support.h"

using firesweep::reports::statistics::bca_interval;
using firesweep::reports::statistics::Interval;
using firesweep::reports::statistics::IntervalMethod;
using firesweep::reports::statistics::MeanInterval;
using firesweep::reports::statistics::Resampling;
using firesweep::reports::statistics::standard_error;
using firesweep::reports::statistics::summarize;
using firesweep::reports::statistics::t_interval;

TEST_CASE("Student's interval agrees with SciPy's") {
  for (const auto& reference : reference_values("intervals")) {
    CAPTURE(reference.at("name"));
    const auto values = reference.at("values").get<std::vector<double>>();
    const auto result = t_interval(values, reference.at("confidence").get<double>());
    REQUIRE(result);
    CHECK(result->method == IntervalMethod::kStudentT);
    // SciPy 1.10's quantiles of t are off by up to 1e-9.
    const double margin = 1e-8 * (result->interval.high - result->interval.low);
    CHECK(result->interval.low ==
          Approx(reference.at("t").at(0).get<double>()).margin(margin).epsilon(0));
    CHECK(result->interval.high ==
          Approx(reference.at("t").at(1).get<double>()).margin(margin).epsilon(0));
  }
}

TEST_CASE("the BCa interval agrees with SciPy's") {
  for (const auto& reference : reference_values("intervals")) {
    CAPTURE(reference.at("name"));
    const auto values = reference.at("values").get<std::vector<double>>();
    const auto result =
        bca_interval(values, reference.at("confidence").get<double>(), {.count = 200'000});
    REQUIRE(result);
    CHECK(result->method == IntervalMethod::kBca);
    const bool exact = reference.at("exact").get<bool>();
    CHECK(result->resampling.exact == exact);
    // Where both draw, the ends wobble by about 1 % of a standard error.
    const double margin = exact ? 1e-12 : 0.04 * *standard_error(summarize(values));
    CHECK(result->interval.low ==
          Approx(reference.at("bca").at(0).get<double>()).margin(margin).epsilon(0));
    CHECK(result->interval.high ==
          Approx(reference.at("bca").at(1).get<double>()).margin(margin).epsilon(0));
  }
}

TEST_CASE("no value and a single value have no interval") {
  CHECK_FALSE(bca_interval({}));
  CHECK_FALSE(t_interval({}));
  CHECK_FALSE(bca_interval(std::vector{0.5}));
  CHECK_FALSE(t_interval(std::vector{0.5}));
}

TEST_CASE("equal values have an interval without width at their own value") {
  const std::vector<double> values(7, 0.1);
  for (const auto& result : {bca_interval(values), t_interval(values)}) {
    REQUIRE(result);
    CHECK(result->interval == Interval{0.1, 0.1});
    CHECK(result->mean == 0.1);
    CHECK(result->method == IntervalMethod::kConstant);
  }
}

TEST_CASE("values that are not finite have no interval") {
  const double bad =
      GENERATE(std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
               -std::numeric_limits<double>::infinity());
  CHECK_FALSE(bca_interval(std::vector{0.5, bad, 0.7}));
  CHECK_FALSE(t_interval(std::vector{0.5, bad, 0.7}));
}

TEST_CASE("values at the edges of double never make an interval that is not finite") {
  constexpr double kLargest = std::numeric_limits<double>::max();
  constexpr double kMin = std::numeric_limits<double>::denorm_min();
  for (const auto& values : std::vector<std::vector<double>>{{kLargest, kLargest},
                                                             {-kLargest, kLargest},
                                                             {kMin, 0.0, 2 * kMin},
                                                             {1e-300, 2e-300, 4e-300},
                                                             {1e160, 2e160, 3e160},
                                                             {1.0, 1.0 + 1e-15, 1.0}}) {
    for (const auto& result : {bca_interval(values), t_interval(values)}) {
      if (result) {
        CHECK(std::isfinite(result->mean));
        CHECK(std::isfinite(result->interval.low));
        CHECK(std::isfinite(result->interval.high));
        CHECK(result->interval.low <= result->interval.high);
      }
    }
  }
}

TEST_CASE("the order of the values never changes a bit of an interval") {
  std::mt19937 random(5);
  for (const std::size_t n : {3U, 5U, 7U, 8U, 20U}) {
    const auto values = random_fractions(random, n);
    const auto bca = bca_interval(values);
    const auto t = t_interval(values);
    for (int round = 0; round < 10; ++round) {
      const auto again = shuffled(values, random);
      REQUIRE(bca_interval(again) == bca);
      REQUIRE(t_interval(again) == t);
    }
  }
}

TEST_CASE("small samples are enumerated, whatever the seed") {
  std::mt19937 random(6);
  for (std::size_t n = 2; n <= 7; ++n) {
    auto values = random_fractions(random, n);
    const auto result = bca_interval(values, 0.95, {.seed = 1, .count = 100});
    REQUIRE(result);
    CHECK(result->resampling.exact);
    CHECK(static_cast<double>(result->resampling.count) == std::pow(n, n));
    CHECK(bca_interval(values, 0.95, {.seed = 2, .count = 200}) == result);
  }
}

TEST_CASE("large samples are drawn, and say from which seed and how often") {
  std::mt19937 random(7);
  const auto values = random_fractions(random, 8);
  const auto result = bca_interval(values, 0.95, {.seed = 11, .count = 1000});
  REQUIRE(result);
  CHECK(result->resampling == Resampling{.exact = false, .seed = 11, .count = 1000});
  const auto other = bca_interval(values, 0.95, {.seed = 12, .count = 1000});
  REQUIRE(other);
  CHECK_FALSE(other->interval == result->interval);
}

TEST_CASE("drawing comes close to enumerating") {
  // Seven values are enumerated; each twice are drawn and have intervals narrower by the root of 2.
  std::mt19937 random(8);
  const auto values = random_fractions(random, 7);
  auto twice = values;
  twice.insert(twice.end(), values.begin(), values.end());
  const auto once_interval = bca_interval(values)->interval;
  const auto twice_interval = bca_interval(twice)->interval;
  const double ratio =
      (once_interval.high - once_interval.low) / (twice_interval.high - twice_interval.low);
  CHECK(ratio == Approx(std::sqrt(2.0)).epsilon(0.1));
}

TEST_CASE("turning all signs turns an enumerated interval") {
  std::mt19937 random(9);
  for (int round = 0; round < 50; ++round) {
    const auto values = random_values(random, 2 + random() % 6, 40);
    std::vector<double> turned;
    for (const double value : values) {
      turned.push_back(-value);
    }
    const auto result = bca_interval(values);
    const auto mirrored = bca_interval(turned);
    REQUIRE(result);
    REQUIRE(mirrored);
    CHECK(mirrored->interval.low == Approx(-result->interval.high).margin(1e-12));
    CHECK(mirrored->interval.high == Approx(-result->interval.low).margin(1e-12));
  }
}

TEST_CASE("two values give the bootstrap no more than their range") {
  CHECK(bca_interval(std::vector{0.25, 0.75})->interval == Interval{0.25, 0.75});
}

TEST_CASE(
    "a resample that never falls below the mean makes the interval fall back on percentiles") {
  // One far value among many equal ones, drawn once: the only resample is above or below the mean.
  std::vector<double> values(20, 0.0);
  values.back() = 1.0;
  const auto result = bca_interval(values, 0.95, {.seed = 3, .count = 1});
  REQUIRE(result);
  // One resample in three has the far value exactly once and equals the mean.
  const bool equals_mean = result->interval.low == Approx(0.05);
  CHECK(result->method == (equals_mean ? IntervalMethod::kBca : IntervalMethod::kPercentile));
  CHECK(result->interval.low == result->interval.high);
}

TEST_CASE("a higher confidence never makes an interval narrower") {
  std::mt19937 random(10);
  for (const std::size_t n : {4U, 30U}) {
    const auto values = random_fractions(random, n);
    const auto narrow = bca_interval(values, 0.8)->interval;
    const auto wide = bca_interval(values, 0.99)->interval;
    CHECK(wide.low <= narrow.low);
    CHECK(wide.high >= narrow.high);
    CHECK(t_interval(values, 0.99)->interval.high > t_interval(values, 0.8)->interval.high);
  }
}
