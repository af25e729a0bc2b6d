#include "reports/statistics/paired_test.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/statistics/support.h"

using firesweep::reports::statistics::adjusted_together;
using firesweep::reports::statistics::IntervalMethod;
using firesweep::reports::statistics::means_by_group;
using firesweep::reports::statistics::PairedTest;
using firesweep::reports::statistics::t_interval;
using firesweep::reports::statistics::test_pairs;

TEST_CASE("a paired test counts signs and has mean, interval and p") {
  const PairedTest test = test_pairs(std::vector{0.5, 0.25, 0.0, -0.25, 0.5});
  CHECK(test.positive == 3);
  CHECK(test.zero == 1);
  CHECK(test.negative == 1);
  CHECK(test.pairs.n == 5);
  CHECK(test.pairs.mean == 0.2);
  REQUIRE(test.pairs.interval);
  CHECK(test.pairs.interval->n == 5);
  CHECK(test.pairs.interval->method == IntervalMethod::kCrossed);
  const auto student = t_interval(std::vector{0.5, 0.25, 0.0, -0.25, 0.5});
  CHECK(test.pairs.interval->interval.low == Approx(student->interval.low));
  CHECK(test.pairs.interval->interval.high == Approx(student->interval.high));
  REQUIRE(test.pairs.sign_flip);
  CHECK(test.pairs.sign_flip->p == 0.375);  // 3 of the 8 patterns with the larger sums, twice
  CHECK(test.pairs.adjusted->p == 0.375);
  CHECK(test.pairs.adjusted->comparisons == 1);
  CHECK_FALSE(test.designs);
}

TEST_CASE("no pair has nothing to say, one pair has a mean only") {
  const PairedTest none = test_pairs({});
  CHECK(none.pairs.n == 0);
  CHECK_FALSE(none.pairs.mean);
  CHECK_FALSE(none.pairs.interval);
  CHECK_FALSE(none.pairs.sign_flip);
  CHECK_FALSE(none.pairs.adjusted);
  const PairedTest one = test_pairs(std::vector{0.5});
  CHECK(one.pairs.mean == 0.5);
  CHECK_FALSE(one.pairs.interval);
  CHECK(one.pairs.sign_flip->p == 1.0);
  const PairedTest two = test_pairs(std::vector{0.5, 0.25});
  CHECK(two.pairs.error);
  CHECK_FALSE(two.pairs.interval);  // Student's t would be 12.7
}

TEST_CASE("pairs of one design flip together in the companion") {
  // Six pairs of one sign reach 2/64; as three designs they reach 2/8.
  const std::vector<double> differences = {1, 2, 3, 4, 5, 6};
  const std::vector<std::size_t> designs = {7, 7, 2, 2, 9, 9};
  const PairedTest test = test_pairs(differences, designs);
  CHECK(test.pairs.sign_flip->p == 0.03125);
  REQUIRE(test.designs);
  CHECK(test.designs->n == 3);
  CHECK(test.designs->mean == 3.5);
  CHECK(test.designs->sign_flip->p == 0.25);
  CHECK(test.designs->interval->n == 3);
}

TEST_CASE("a design counts once however many pairs it has") {
  CHECK(means_by_group(std::vector{1.0, 2.0, 3.0, 10.0}, std::vector<std::size_t>{4, 4, 4, 1}) ==
        std::vector{10.0, 2.0});
}

TEST_CASE("neither the order of the pairs nor the names of designs change a paired test") {
  std::mt19937 random(51);
  const std::vector<double> differences = random_fractions(random, 12);
  std::vector<std::size_t> order(12);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<std::size_t> designs;
  for (const std::size_t i : order) {
    designs.push_back(i / 3);
  }
  const PairedTest test = test_pairs(differences, designs);
  for (int round = 0; round < 10; ++round) {
    std::ranges::shuffle(order, random);
    std::vector<double> again;
    std::vector<std::size_t> renamed;
    for (const std::size_t i : order) {
      again.push_back(differences[i]);
      renamed.push_back(100 - designs[i]);
    }
    const PairedTest other = test_pairs(again, renamed);
    REQUIRE(other.pairs.interval == test.pairs.interval);
    REQUIRE(other.pairs.sign_flip == test.pairs.sign_flip);
    REQUIRE(other.designs->interval == test.designs->interval);
    REQUIRE(other.designs->sign_flip == test.designs->sign_flip);
  }
}

TEST_CASE("tests of one family are corrected together, those without pairs left out") {
  const std::vector<double> six = {1, 2, 3, 4, 5, 6};
  const std::vector<double> mixed = {1, -2, 3, 4, 5, 6};
  const auto tests = adjusted_together({test_pairs(six), test_pairs({}), test_pairs(mixed)});
  const double second = test_pairs(mixed).pairs.sign_flip->p;
  REQUIRE(second > 0.0625);
  CHECK(tests[0].pairs.adjusted->p == 0.0625);
  CHECK(tests[2].pairs.adjusted->p == second);
  for (const std::size_t i : {0U, 2U}) {
    CHECK(tests[i].pairs.adjusted->min_p == 0.0625);
    CHECK(tests[i].pairs.adjusted->comparisons == 2);
  }
  CHECK_FALSE(tests[1].pairs.adjusted);
}

TEST_CASE("images that all pairs share widen the interval and raise p") {
  // Ten pairs of the same difference: on 100 images the value is right on three more, always the
  // same ones, and wrong on one more.
  const std::vector<std::uint64_t> value{0b0111U, 0};
  const std::vector<std::uint64_t> baseline{0b1000U, 0};
  const std::vector<double> differences(10, 0.02);
  firesweep::reports::statistics::PairImages images{.images = 100, .scores = {}};
  for (std::size_t i = 0; i < differences.size(); ++i) {
    images.scores.push_back({.plus = value, .minus = baseline});
  }
  const PairedTest seeds = test_pairs(differences);
  const PairedTest both = test_pairs(differences, {}, images);
  CHECK(seeds.pairs.p() < 0.01);
  CHECK(seeds.pairs.interval->interval.low > 0.0);
  CHECK(both.pairs.sign_flip->p == seeds.pairs.sign_flip->p);
  // As for a single network: the deviation of one image is sqrt(0.04 - 0.02^2) x sqrt(100 / 99).
  CHECK(both.pairs.error->image_part == Approx((0.04 - 0.0004) / 99.0));
  CHECK(both.pairs.error->seed_part == Approx(0.0).margin(1e-12));
  CHECK(both.pairs.interval->interval.low < 0.0);
  CHECK(both.pairs.p() == Approx(0.3174).epsilon(0.01));  // t = 0.02 / 0.0200 with 99 degrees
}

TEST_CASE("without single images their variance is added as if the sides were not paired") {
  const std::vector<double> differences{0.02, 0.021, 0.019, 0.02, 0.0205, 0.0195};
  const PairedTest test =
      test_pairs(differences, {}, {.images = 240, .scores = {}, .variance = 2.0 * 0.25 / 240.0});
  CHECK(test.pairs.error->image_part == 2.0 * 0.25 / 240.0);
  CHECK(test.pairs.interval->interval.low < -0.06);
  CHECK(test.pairs.p() > 0.5);
}
