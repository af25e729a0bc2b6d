#include "reports/statistics/mean_interval.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/statistics/reference_values.h"
#include "tests/statistics/support.h"

using firesweep::reports::statistics::Interval;
using firesweep::reports::statistics::IntervalMethod;
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

TEST_CASE("no value and a single value have no interval") {
  CHECK_FALSE(t_interval({}));
  CHECK_FALSE(t_interval(std::vector{0.5}));
}

TEST_CASE("equal values have an interval without width at their own value") {
  const std::vector<double> values(7, 0.1);
  const auto result = t_interval(values);
  REQUIRE(result);
  CHECK(result->interval == Interval{0.1, 0.1});
  CHECK(result->mean == 0.1);
  CHECK(result->method == IntervalMethod::kConstant);
}

TEST_CASE("values that are not finite have no interval") {
  const double bad =
      GENERATE(std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
               -std::numeric_limits<double>::infinity());
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
    if (const auto result = t_interval(values)) {
      CHECK(std::isfinite(result->mean));
      CHECK(std::isfinite(result->interval.low));
      CHECK(std::isfinite(result->interval.high));
      CHECK(result->interval.low <= result->interval.high);
    }
  }
}

TEST_CASE("the order of the values never changes a bit of an interval") {
  std::mt19937 random(5);
  for (const std::size_t n : {3U, 5U, 7U, 8U, 20U}) {
    const auto values = random_fractions(random, n);
    const auto t = t_interval(values);
    for (int round = 0; round < 10; ++round) {
      const auto again = shuffled(values, random);
      REQUIRE(t_interval(again) == t);
    }
  }
}

TEST_CASE("a higher confidence never makes an interval narrower") {
  std::mt19937 random(10);
  for (const std::size_t n : {4U, 30U}) {
    const auto values = random_fractions(random, n);
    CHECK(t_interval(values, 0.99)->interval.high > t_interval(values, 0.8)->interval.high);
  }
}
