// How often 95 % intervals over seeds and images hold the truth, for few and many of both, with
// heavy tails and failures. The table is in docs/statistics.md.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/image_simulation.h"

namespace {

using firesweep::bench::ClassCoverage;
using firesweep::bench::ClassScenario;
using firesweep::bench::ImageCoverage;
using firesweep::bench::ImageScenario;
using firesweep::bench::SeedSpread;
using firesweep::bench::simulate_classes;
using firesweep::bench::simulate_images;

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

void print_classes(const ClassScenario& scenario, std::size_t runs, std::uint64_t seed) {
  const ClassCoverage coverage = simulate_classes(scenario, runs, seed);
  fmt::print("| {} | {} | {} | {:.1f} | {:.1f} | {:.1f} | {:.1f} |\n",
             fmt::join(scenario.images, ", "), fmt::join(scenario.recall, ", "), scenario.seeds,
             100.0 * coverage.mean_recall.held, 100.0 * coverage.macro_f1.held,
             100.0 * coverage.mean_recall.width, 100.0 * coverage.macro_f1.width);
}

void print_class_table(std::size_t runs, std::uint64_t seed) {
  fmt::print(
      "\n| images of each class | recall | seeds | balanced accuracy | macro F1 | width, pp | "
      "width, pp |\n|---|---|---|---|---|---|---|\n");
  for (const std::size_t seeds : {3, 10}) {
    print_classes({seeds, {228, 12}, {0.95, 0.7}}, runs, seed);
    print_classes({seeds, {228, 12}, {0.98, 0.93}}, runs, seed);
    print_classes({seeds, {1000, 5, 5}, {0.92, 0.75, 0.75}}, runs, seed);
    print_classes({seeds, {500, 60, 60, 30}, {0.95, 0.75, 0.85, 0.65}}, runs, seed);
    print_classes({seeds, std::vector<std::size_t>(10, 100), std::vector<double>(10, 0.85)}, runs,
                  seed);
  }
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
  print_class_table(runs, seed);
  return 0;
}
