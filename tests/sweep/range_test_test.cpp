#include "sweep/study/range_test.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"

namespace firesweep::sweep {
namespace {

constexpr double kChance = 2.302585;  // ln 10

/// Flat at 2.3, falls between 0.001 and 0.1 to 1, and rises from 1 on.
double ideal_loss(double rate) {
  const double fallen = std::clamp(std::log10(rate / 1e-3) / 2.0, 0.0, 1.0);
  return 2.3 - 1.3 * fallen + (rate > 1.0 ? rate - 1.0 : 0.0);
}

std::vector<double> ideal_losses(const RangeTest& test) {
  std::vector<double> losses;
  for (std::int64_t step = 0; step < test.steps; ++step) {
    losses.push_back(ideal_loss(test.rate_at(step)));
  }
  return losses;
}

}  // namespace

TEST_CASE("The rate rises by the same factor in every step, from the first to the last") {
  const RangeTest test;
  CHECK(test.rate_at(0) == 1e-5);
  CHECK(test.rate_at(30) == Approx(1e-4));
  CHECK(test.rate_at(180) == Approx(10.0));
  CHECK(RangeTest{.first_rate = 0.5, .last_rate = 2.0, .steps = 3}.rate_at(1) == Approx(1.0));
}

TEST_CASE("The suggested rate is half of the lowest loss's, and below where it rises") {
  const RangeTest test;
  const RangeCurve curve = range_curve(test, ideal_losses(test), kChance);
  REQUIRE(curve.points.size() == 181);
  REQUIRE(curve.suggested_rate);
  CHECK(*curve.lowest_rate >= 0.1);
  CHECK(*curve.lowest_rate < 1.0);
  CHECK(*curve.suggested_rate == rounded_rate(*curve.lowest_rate / 2.0));
  CHECK(*curve.steepest_rate > 2e-3);
  CHECK(*curve.steepest_rate < 0.05);
}

TEST_CASE("Smoothing keeps lines as they are and removes noise") {
  const RangeTest test;
  std::vector<double> losses = ideal_losses(test);
  const RangeCurve clean = range_curve(test, losses, kChance);
  CHECK(clean.points[75].smoothed == Approx(losses[75]));
  for (std::size_t i = 0; i < losses.size(); ++i) {
    losses[i] += i % 2 == 0 ? 0.3 : -0.3;
  }
  const RangeCurve noisy = range_curve(test, losses, kChance);
  CHECK(noisy.points[75].smoothed == Approx(clean.points[75].smoothed).margin(0.02));
  CHECK(*noisy.lowest_rate == Approx(*clean.lowest_rate).epsilon(0.7));
}

TEST_CASE("Where nothing is learned, nothing is suggested") {
  const RangeTest test;
  CHECK_FALSE(range_curve(test, {}, kChance).suggested_rate);
  CHECK_FALSE(range_curve(test, std::vector<double>(181, 2.3), kChance).suggested_rate);
  CHECK_FALSE(range_curve(test, std::vector<double>(12, 1.0), kChance).suggested_rate);
  std::vector<double> rising;
  for (int i = 0; i < 100; ++i) {
    rising.push_back(2.3 + 0.01 * i);
  }
  CHECK_FALSE(range_curve(test, rising, kChance).suggested_rate);
}

TEST_CASE("To come down to chance from a larger loss is not to learn") {
  const RangeTest test;
  std::vector<double> losses = ideal_losses(test);
  for (double& loss : losses) {
    loss += 1.3;
  }
  CHECK_FALSE(range_curve(test, losses, kChance).suggested_rate);
  CHECK(range_curve(test, losses, 3.0).suggested_rate);
}

TEST_CASE("A test ends when the loss is four times its lowest, and not for a single batch") {
  RangeWatch watch;
  for (int i = 0; i < 20; ++i) {
    CHECK(watch.goes_on_after(1.0));
  }
  CHECK(watch.goes_on_after(12.0));  // the mean of five is 3.2
  bool goes_on = true;
  int steps = 0;
  while (goes_on && steps < 10) {
    goes_on = watch.goes_on_after(6.0);
    ++steps;
  }
  CHECK_FALSE(goes_on);
  CHECK(steps < 5);
}

TEST_CASE("Rates are rounded down to what a test resolves") {
  CHECK(rounded_rate(0.0999) == 0.07);
  CHECK(rounded_rate(0.1) == 0.1);
  CHECK(rounded_rate(0.3) == 0.3);
  CHECK(rounded_rate(0.0149) == 0.01);
  CHECK(rounded_rate(1.6) == 1.5);
  CHECK(rounded_rate(4.2e-4) == 3e-4);
  CHECK(rounded_rate(12.0) == 10.0);
}

TEST_CASE("The ends of a test have names") {
  for (const RangeEnd end : {RangeEnd::kLastRate, RangeEnd::kLossRose, RangeEnd::kNotFinite}) {
    CHECK(range_end_from(to_string(end)) == end);
  }
  CHECK_THROWS_WITH(range_end_from("bored"),
                    "unknown end of a range test 'bored'; expected last rate, loss rose or not "
                    "finite");
}

}  // namespace firesweep::sweep
