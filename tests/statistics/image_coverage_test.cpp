// Intervals hold the truth as often as they say, and only because they hold both seeds and images.
#include <cmath>
#include <cstddef>

#include <catch2/catch.hpp>

#include "bench/image_simulation.h"

using firesweep::bench::ClassCoverage;
using firesweep::bench::Held;
using firesweep::bench::ImageCoverage;
using firesweep::bench::simulate_classes;
using firesweep::bench::simulate_images;

namespace {

constexpr std::size_t kRuns = 1'000;
constexpr double kLow = 0.93;
constexpr double kHigh = 0.97;

/// Two standard errors of a simulated rate.
double noise(double rate, std::size_t intervals) {
  return 2.0 * std::sqrt(rate * (1.0 - rate) / static_cast<double>(intervals));
}

bool covers_too_little(const Held& held) {
  return held.held < kLow - noise(kLow, held.intervals);
}

bool covers_too_much(const Held& held) {
  return held.held > kHigh + noise(kHigh, held.intervals);
}

/// Of the interval of a mean and that of a difference.
void check_nominal(const ImageCoverage& coverage) {
  CHECK_FALSE(covers_too_little(coverage.seeds_and_images));
  CHECK_FALSE(covers_too_much(coverage.seeds_and_images));
  CHECK_FALSE(covers_too_little(coverage.difference));
  CHECK_FALSE(covers_too_much(coverage.difference));
}

}  // namespace

TEST_CASE("intervals of means and differences cover 93 to 97 %, those over seeds only too little") {
  const ImageCoverage coverage = simulate_images(
      {.seeds = 10, .images = 240, .own_difficulty = 1.0, .effects = false}, kRuns, 20160224);
  CAPTURE(coverage.seeds_and_images.held, coverage.difference.held, coverage.seeds_only.held,
          coverage.difference_of_seeds.held);
  REQUIRE(coverage.seeds_and_images.intervals == kRuns);
  REQUIRE(coverage.difference.intervals == kRuns);
  check_nominal(coverage);
  CHECK(covers_too_little(coverage.seeds_only));
  CHECK(covers_too_little(coverage.difference_of_seeds));
}

TEST_CASE("three seeds are enough for intervals of means and differences") {
  const ImageCoverage coverage =
      simulate_images({.seeds = 3, .images = 500, .effects = false}, kRuns, 20160224);
  CAPTURE(coverage.seeds_and_images.held, coverage.difference.held);
  check_nominal(coverage);
}

TEST_CASE("two seeds give no interval") {
  const ImageCoverage coverage =
      simulate_images({.seeds = 2, .images = 100, .effects = false}, 5, 20160224);
  CHECK(coverage.seeds_and_images.intervals == 0);
  CHECK(coverage.difference.intervals == 0);
}

TEST_CASE("intervals of measures that count every class alike cover at least 95 %") {
  // The rare class is nearly always right, and mostly without a wrong image.
  const ClassCoverage coverage =
      simulate_classes({.seeds = 3, .images = {228, 12}, .recall = {0.98, 0.93}}, kRuns, 20160224);
  REQUIRE(coverage.mean_recall.intervals == kRuns);
  CHECK(coverage.mean_recall.held >= 0.95);
  CHECK(coverage.macro_f1.held >= 0.95);
  CHECK(coverage.mean_recall.width < 0.5);
}
