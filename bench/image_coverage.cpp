// How often 95 % intervals over seeds and images hold the truth, for few and many of both, with
// heavy tails and failures. The table is in docs/statistics.md.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "bench/image_simulation.h"

namespace {

using firesweep::bench::ImageCoverage;
using firesweep::bench::ImageScenario;
using firesweep::bench::SeedSpread;

void print_row(std::string_view name, const ImageScenario& scenario, std::size_t runs,
               std::uint64_t seed) {
  const ImageCoverage coverage = simulate_images(scenario, runs, seed);
  fmt::print(
      "| {} | {} | {} | {:.1f} | {:.1f} | {:.1f} | {:.1f} | {:.1f} | {:.1f} | {:.1f} | {:.2f} |\n",
      name, scenario.seeds, scenario.images, 100.0 * coverage.seeds_and_images.held,
      100.0 * coverage.difference.held, 100.0 * coverage.effect.held, 100.0 * coverage.bounded.held,
      100.0 * coverage.seeds_only.held, 100.0 * coverage.false_alarms,
      100.0 * coverage.false_alarms_of_seeds, 100.0 * coverage.seeds_and_images.width);
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t runs = 1'000;
  std::uint64_t seed = 20160224;
  CLI::App app("Coverage of 95 % intervals over seeds and images, simulated");
  app.add_option("--runs", runs, "Runs for each row")->check(CLI::PositiveNumber);
  app.add_option("--seed", seed, "Seed of the simulation");
  CLI11_PARSE(app, argc, argv);
  fmt::print("Percent; {} runs per row, standard error {:.1f}\n\n", runs,
             100.0 * std::sqrt(0.05 * 0.95 / static_cast<double>(runs)));
  fmt::print(
      "| case | seeds | images | mean | difference | effect | without images | seeds only | false "
      "verdicts | seeds only | width, pp |\n|---|---|---|---|---|---|---|---|---|---|---|\n");
  for (const std::size_t seeds : {3, 5, 10}) {
    for (const std::size_t images : {100, 240, 1000, 5000}) {
      print_row("normal", {.seeds = seeds, .images = images}, runs, seed);
    }
  }
  for (const std::size_t seeds : {3, 5, 10}) {
    for (const std::size_t images : {240, 5000}) {
      print_row("heavy tails", {.seeds = seeds, .images = images, .spread = SeedSpread::kHeavy},
                runs, seed);
      print_row("failures", {.seeds = seeds, .images = images, .failures = 0.1}, runs, seed);
      print_row("equal seeds", {.seeds = seeds, .images = images, .seed_spread = 0.001}, runs,
                seed);
      print_row("unequal seeds", {.seeds = seeds, .images = images, .seed_spread = 0.4}, runs,
                seed);
      print_row("accuracy 0.98", {.seeds = seeds, .images = images, .accuracy = 0.98}, runs, seed);
      print_row("accuracy 0.5", {.seeds = seeds, .images = images, .accuracy = 0.5}, runs, seed);
    }
  }
  return 0;
}
