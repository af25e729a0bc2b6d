// How often the 95 % intervals of a mean contain the true mean, for samples of 2 to 100 values. The
// table is in docs/statistics.md.
#include <cmath>
#include <cstddef>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "bench/coverage_simulation.h"

int main(int argc, char** argv) {
  using firesweep::bench::Coverage;
  using firesweep::bench::Population;
  std::size_t runs = 10'000;
  firesweep::reports::statistics::ResamplingOptions options{.count = 2'000};
  CLI::App app("Coverage of 95 % intervals of a mean, simulated");
  app.add_option("--runs", runs, "Samples for each row")->check(CLI::PositiveNumber);
  app.add_option("--resamples", options.count, "Bootstrap resamples of each sample above 7 values")
      ->check(CLI::PositiveNumber);
  app.add_option("--seed", options.seed, "Seed of the simulation");
  CLI11_PARSE(app, argc, argv);

  fmt::print(
      "Coverage in percent, mean width in deviations; {} samples per row, standard error "
      "{:.2f}\n\n",
      runs, 100.0 * std::sqrt(0.05 * 0.95 / static_cast<double>(runs)));
  fmt::print(
      "| n | normal: BCa | t | log-normal: BCa | t | accuracy: BCa | t | width (normal): BCa | t "
      "|\n");
  fmt::print("|---|---|---|---|---|---|---|---|---|\n");
  for (const std::size_t n : {2, 3, 5, 6, 10, 20, 30, 100}) {
    const Coverage normal = simulate_coverage(Population::kNormal, n, runs, options);
    const Coverage skewed = simulate_coverage(Population::kLogNormal, n, runs, options);
    const Coverage accuracy = simulate_coverage(Population::kAccuracy, n, runs, options);
    fmt::print("| {} | {:.1f} | {:.1f} | {:.1f} | {:.1f} | {:.1f} | {:.1f} | {:.2f} | {:.2f} |\n",
               n, 100.0 * normal.bca, 100.0 * normal.student, 100.0 * skewed.bca,
               100.0 * skewed.student, 100.0 * accuracy.bca, 100.0 * accuracy.student,
               normal.bca_width, normal.student_width);
  }
  return 0;
}
