#include <cmath>
#include <cstddef>

#include <catch2/catch.hpp>

#include "bench/coverage_simulation.h"

using firesweep::bench::Coverage;
using firesweep::bench::Population;
using firesweep::bench::simulate_coverage;

namespace {

constexpr std::size_t kRuns = 4'000;

/// `stated` -/+ three standard errors of a simulated rate.
Approx about(double stated) {
  return Approx(stated)
      .margin(3.0 * std::sqrt(stated * (1.0 - stated) / static_cast<double>(kRuns)))
      .epsilon(0);
}

}  // namespace

TEST_CASE("intervals of thirty values cover as often as docs/statistics.md states") {
  const Coverage normal = simulate_coverage(Population::kNormal, 30, kRuns, {.count = 500});
  CHECK(normal.student == about(0.950));
  CHECK(normal.bca == about(0.935));
  const Coverage accuracy = simulate_coverage(Population::kAccuracy, 30, kRuns, {.count = 500});
  CHECK(accuracy.student == about(0.948));
  CHECK(accuracy.bca == about(0.940));
}

TEST_CASE("with five values only Student's interval covers as often as it says") {
  const Coverage normal = simulate_coverage(Population::kNormal, 5, kRuns, {});
  CHECK(normal.student == about(0.950));
  CHECK(normal.bca == about(0.837));
}
