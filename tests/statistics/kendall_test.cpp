#include "reports/statistics/kendall.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/statistics/reference_values.h"
#include "tests/statistics/support.h"

using firesweep::reports::statistics::kendall_tau_b;

namespace {

int sign(double x) {
  return (x > 0.0) - (x < 0.0);
}

/// Pair by pair.
double tau_by_definition(const std::vector<double>& a, const std::vector<double>& b) {
  double score = 0.0;
  double untied_a = 0.0;
  double untied_b = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      score += sign(a[i] - a[j]) * sign(b[i] - b[j]);
      untied_a += a[i] != a[j] ? 1.0 : 0.0;
      untied_b += b[i] != b[j] ? 1.0 : 0.0;
    }
  }
  return score / std::sqrt(untied_a * untied_b);
}

}  // namespace

TEST_CASE("tau-b agrees with SciPy's") {
  for (const auto& reference : reference_values("kendall_tau_b")) {
    CAPTURE(reference.at("name"));
    const auto tau = kendall_tau_b(reference.at("a").get<std::vector<double>>(),
                                   reference.at("b").get<std::vector<double>>());
    REQUIRE(tau.has_value() == !reference.at("tau").is_null());
    if (tau) {
      CHECK(*tau == Approx(reference.at("tau").get<double>()).margin(1e-14));
    }
  }
}

TEST_CASE("tau-b agrees with the definition, is symmetric, and turns with a side") {
  std::mt19937 random(81);
  for (int round = 0; round < 100; ++round) {
    const std::size_t n = 4 + random() % 40;
    auto a = random_values(random, n, 8);
    auto b = random_values(random, n, 5);
    a.front() = -1.0;
    b.back() = -1.0;
    const auto tau = kendall_tau_b(a, b);
    REQUIRE(tau);
    CHECK(*tau == Approx(tau_by_definition(a, b)).margin(1e-14));
    CHECK(*kendall_tau_b(b, a) == Approx(*tau).margin(1e-15));
    std::vector<double> turned;
    for (const double value : b) {
      turned.push_back(-value);
    }
    CHECK(*kendall_tau_b(a, turned) == Approx(-*tau).margin(1e-15));
    CHECK(*kendall_tau_b(a, a) == Approx(1.0));
  }
}

TEST_CASE("the order of the pairs never changes tau-b") {
  std::mt19937 random(82);
  const auto a = random_values(random, 40, 20);
  const auto b = random_values(random, 40, 20);
  const auto tau = kendall_tau_b(a, b);
  std::vector<std::size_t> order(a.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (int round = 0; round < 10; ++round) {
    std::ranges::shuffle(order, random);
    std::vector<double> again_a;
    std::vector<double> again_b;
    for (const std::size_t i : order) {
      again_a.push_back(a[i]);
      again_b.push_back(b[i]);
    }
    REQUIRE(kendall_tau_b(again_a, again_b) == tau);
  }
}

TEST_CASE("rankings without order have no tau-b") {
  CHECK_FALSE(kendall_tau_b({}, {}));
  CHECK_FALSE(kendall_tau_b(std::vector{1.0}, std::vector{2.0}));
  CHECK_FALSE(kendall_tau_b(std::vector{1.0, 1.0}, std::vector{2.0, 3.0}));
  CHECK_FALSE(kendall_tau_b(std::vector{1.0, 2.0}, std::vector{3.0, 3.0}));
  CHECK_FALSE(kendall_tau_b(std::vector{1.0, std::numeric_limits<double>::quiet_NaN()},
                            std::vector{3.0, 4.0}));
}

TEST_CASE("tau-b of a hundred thousand pairs counts beyond 32 bits") {
  std::vector<double> up(100'000);
  std::iota(up.begin(), up.end(), 0.0);
  const std::vector<double> down(up.rbegin(), up.rend());
  CHECK(*kendall_tau_b(up, up) == Approx(1.0));
  CHECK(*kendall_tau_b(up, down) == Approx(-1.0));
}
