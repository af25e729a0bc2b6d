#include "reports/statistics/sign_flip.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/statistics/reference_values.h"
#include "tests/statistics/support.h"

using firesweep::reports::statistics::min_sign_flip_p;
using firesweep::reports::statistics::Resampling;
using firesweep::reports::statistics::sign_flip_test;

namespace {

/// Straight from the definition. Values are steps of 1/64: sums are exact.
double p_by_definition(const std::vector<double>& differences) {
  double observed = 0.0;
  for (const double difference : differences) {
    observed += difference;
  }
  std::size_t reaching = 0;
  const std::size_t patterns = std::size_t{1} << differences.size();
  for (std::size_t pattern = 0; pattern < patterns; ++pattern) {
    double sum = 0.0;
    for (std::size_t i = 0; i < differences.size(); ++i) {
      sum += ((pattern >> i) & 1U) != 0 ? -differences[i] : differences[i];
    }
    reaching += std::abs(sum) >= std::abs(observed) ? 1 : 0;
  }
  return static_cast<double>(reaching) / static_cast<double>(patterns);
}

}  // namespace

TEST_CASE("the sign-flip p agrees with SciPy's") {
  for (const auto& reference : reference_values("sign_flips")) {
    CAPTURE(reference.at("name"));
    const auto test = sign_flip_test(reference.at("values").get<std::vector<double>>());
    REQUIRE(test);
    CHECK(test->resampling.exact);
    CHECK(test->p == Approx(reference.at("p").get<double>()).epsilon(1e-12));
  }
}

TEST_CASE("the sign-flip p agrees with the definition, ties and zeros included") {
  std::mt19937 random(31);
  for (int round = 0; round < 100; ++round) {
    std::vector<double> differences = random_values(random, 1 + random() % 11, 12);
    for (double& difference : differences) {
      difference -= 4.0 / 64.0;
    }
    REQUIRE(sign_flip_test(differences)->p == p_by_definition(differences));
  }
}

TEST_CASE("sums that are equal but for rounding count as equal") {
  // 0.1 + 0.2 is not 0.3 in binary; all eight patterns reach the observed zero.
  CHECK(sign_flip_test(std::vector{0.1, 0.2, -0.3})->p == 1.0);
  CHECK(sign_flip_test(std::vector{0.3, -0.1, -0.2, 1.0})->p == 0.625);
}

TEST_CASE("the smallest p is reached when all differences have one sign, and never undercut") {
  CHECK(min_sign_flip_p(0) == 1.0);
  CHECK(min_sign_flip_p(1) == 1.0);
  CHECK(min_sign_flip_p(4) == 0.125);
  CHECK(min_sign_flip_p(5) == 0.0625);
  CHECK(min_sign_flip_p(6) == 0.03125);
  CHECK(min_sign_flip_p(100'000) > 0.0);
  const auto one_sign = sign_flip_test(std::vector{0.01, 0.01, 0.02, 0.5, 0.003, 0.04});
  CHECK(one_sign->p == one_sign->min_p);
  CHECK(one_sign->min_p == 0.03125);
  std::mt19937 random(32);
  for (int round = 0; round < 50; ++round) {
    const auto test = sign_flip_test(random_fractions(random, 1 + random() % 8));
    CHECK(test->p >= test->min_p);
  }
}

TEST_CASE("differences of zero have no sign to flip") {
  const auto test = sign_flip_test(std::vector{0.0, 1.0, -0.0, 2.0, 3.0});
  CHECK(test->n == 5);
  CHECK(test->nonzero == 3);
  CHECK(test->p == 0.25);
  CHECK(test->min_p == 0.25);
  const auto none = sign_flip_test(std::vector{0.0, 0.0});
  CHECK(none->p == 1.0);
  CHECK(none->min_p == 1.0);
}

TEST_CASE("no difference and differences that are not finite have no test") {
  CHECK_FALSE(sign_flip_test({}));
  CHECK_FALSE(sign_flip_test(std::vector{1.0, std::numeric_limits<double>::quiet_NaN()}));
  CHECK_FALSE(sign_flip_test(std::vector{1.0, std::numeric_limits<double>::infinity()}));
}

TEST_CASE("neither order nor the sign of all differences changes p") {
  std::mt19937 random(33);
  for (const std::size_t n : {5U, 20U, 32U, 33U, 60U}) {
    std::vector<double> differences = random_fractions(random, n);
    for (double& difference : differences) {
      difference -= 0.45;
    }
    const auto test = sign_flip_test(differences);
    for (int round = 0; round < 5; ++round) {
      auto again = shuffled(differences, random);
      REQUIRE(sign_flip_test(again) == test);
      for (double& difference : again) {
        difference = -difference;
      }
      REQUIRE(sign_flip_test(again)->p == test->p);
    }
  }
}

TEST_CASE("up to 32 differences are enumerated") {
  std::mt19937 random(34);
  const auto test = sign_flip_test(random_fractions(random, 32));
  CHECK(test->resampling == Resampling{.exact = true, .seed = 0, .count = std::uint64_t{1} << 32U});
  CHECK(test->p == min_sign_flip_p(32));
}

TEST_CASE("more are drawn, and drawing comes close to the exact p") {
  // A difference that is far smaller than all others makes 33 of 32 and hardly moves p.
  std::mt19937 random(35);
  std::vector<double> differences = random_fractions(random, 32);
  for (double& difference : differences) {
    difference -= 0.4;
  }
  const double exact = sign_flip_test(differences)->p;
  differences.push_back(1e-9);
  const auto drawn = sign_flip_test(differences, {.seed = 4, .count = 99'999});
  CHECK(drawn->resampling == Resampling{.exact = false, .seed = 4, .count = 99'999});
  CHECK(drawn->p == Approx(exact).margin(4.0 * std::sqrt(exact * (1.0 - exact) / 1e5)));
}

TEST_CASE("a drawn p is never zero") {
  const auto test = sign_flip_test(std::vector<double>(50, 1.0), {.seed = 1, .count = 999});
  CHECK(test->p == 0.001);
  CHECK(test->min_p == 0.001);
}
