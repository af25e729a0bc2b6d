// How often McNemar's test tells two networks apart that are equally good, and two networks of
// designs that are equally good. The table is in docs/statistics.md.
//
// A network is right on an image if skill + seed + difficulty + chance > 0, all normal: difficulty
// and chance have a deviation of 1, the same difficulty for both networks. A seed's part belongs to
// the network. For equal networks it is equal; for equal designs each network draws its own.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "reports/statistics/mcnemar.h"
#include "reports/statistics/mean_interval.h"
#include "reports/statistics/resampling.h"

namespace {

using firesweep::reports::statistics::mcnemar_test;
using firesweep::reports::statistics::McNemarTest;
using firesweep::reports::statistics::normal_quantile;
using firesweep::reports::statistics::Random;

constexpr double kAlpha = 0.05;

/// Equally likely values of a standard normal distribution.
class NormalValues {
 public:
  NormalValues() {
    for (std::uint32_t i = 0; i < values_.size(); ++i) {
      values_[i] = normal_quantile((i + 0.5) / static_cast<double>(values_.size()));
    }
  }
  [[nodiscard]] double draw(Random& random) const {
    return values_[random.below(static_cast<std::uint32_t>(values_.size()))];
  }

 private:
  std::array<double, 4096> values_{};
};

struct Rejected {
  double exact = 0.0;
  double mid = 0.0;
};

/// `spread`: deviation of the part of a seed; 0: equal networks.
Rejected simulate(double accuracy, std::size_t images, double spread, std::size_t runs,
                  std::uint64_t seed) {
  static const NormalValues kNormal;
  Random random(seed);
  const double skill = normal_quantile(accuracy) * std::sqrt(2.0 + spread * spread);
  Rejected rejected;
  for (std::size_t run = 0; run < runs; ++run) {
    const double first = skill + spread * kNormal.draw(random);
    const double second = skill + spread * kNormal.draw(random);
    std::size_t only_first = 0;
    std::size_t only_second = 0;
    for (std::size_t image = 0; image < images; ++image) {
      const double difficulty = kNormal.draw(random);
      const bool first_right = first + difficulty + kNormal.draw(random) > 0.0;
      const bool second_right = second + difficulty + kNormal.draw(random) > 0.0;
      only_first += first_right && !second_right ? 1U : 0U;
      only_second += second_right && !first_right ? 1U : 0U;
    }
    const McNemarTest test = mcnemar_test(only_first, only_second);
    rejected.exact += test.p <= kAlpha ? 1.0 : 0.0;
    rejected.mid += test.mid_p <= kAlpha ? 1.0 : 0.0;
  }
  rejected.exact /= static_cast<double>(runs);
  rejected.mid /= static_cast<double>(runs);
  return rejected;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t runs = 10'000;
  std::uint64_t seed = 20160224;
  CLI::App app("Errors of the first kind of McNemar's test, simulated");
  app.add_option("--runs", runs, "Runs for each cell")->check(CLI::PositiveNumber);
  app.add_option("--seed", seed, "Seed of the simulation");
  CLI11_PARSE(app, argc, argv);
  fmt::print("Percent; {} runs per cell, standard error {:.1f}\n\n", runs,
             100.0 * std::sqrt(kAlpha * (1.0 - kAlpha) / static_cast<double>(runs)));
  fmt::print(
      "| accuracy | images | equal networks | mid-p | equal designs, seeds 0.1 | seeds 0.4 |\n"
      "|---|---|---|---|---|---|\n");
  for (const double accuracy : {0.5, 0.9, 0.98}) {
    for (const std::size_t images : {100, 240, 1000, 5000}) {
      const Rejected networks = simulate(accuracy, images, 0.0, runs, seed);
      fmt::print("| {} | {} | {:.1f} | {:.1f} | {:.1f} | {:.1f} |\n", accuracy, images,
                 100.0 * networks.exact, 100.0 * networks.mid,
                 100.0 * simulate(accuracy, images, 0.1, runs, seed).exact,
                 100.0 * simulate(accuracy, images, 0.4, runs, seed).exact);
    }
  }
  return 0;
}
