// Requests of a cluster of any size to its file server and to Slurm's controller, on a virtual
// clock.
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tests/support/cluster_simulation.h"

namespace {

using firesweep::runners::cluster::ClusterCounts;
using firesweep::runners::cluster::ClusterSimulation;
using firesweep::runners::cluster::MemoryFiles;
using firesweep::runners::cluster::sum;

std::string by_place(const MemoryFiles::Requests& requests, double trials) {
  std::string text =
      fmt::format("{:.1f} requests per trial", static_cast<double>(sum(requests)) / trials);
  for (const auto& [where, count] : requests) {
    text += fmt::format(", {} {:.2f}", where.empty() ? "elsewhere" : where,
                        static_cast<double>(count) / trials);
  }
  return text;
}

void print(const ClusterSimulation& options, const ClusterCounts& counts) {
  const auto trials = static_cast<double>(options.trials);
  const auto requests = static_cast<double>(sum(counts.agents) + sum(counts.coordinator));
  const auto& operations = counts.operations;
  fmt::print(
      "{} trials of {:.0f} s, {} agents, {} lost:\n"
      "  {} results in {:.3f} h, at best {:.3f} h; trained twice: {}\n"
      "  {:.1f} requests per trial, {:.1f} per second, at most {:.1f} per second over ten seconds\n"
      "  agents:      {}\n"
      "  coordinator: {}\n"
      "  lists {}, checks {}, reads {}, creates {}, renames {}, removes {}\n"
      "  calls of the controller: {}, {:.0f} per hour\n",
      options.trials, options.trial_seconds, options.agents, counts.agents_lost, counts.results,
      counts.hours, counts.least_hours, counts.trained_twice, requests / trials,
      requests / (counts.hours * 3600.0), counts.busiest_second, by_place(counts.agents, trials),
      by_place(counts.coordinator, trials), operations.lists, operations.checks, operations.reads,
      operations.creates, operations.renames, operations.removes, counts.controller_calls,
      static_cast<double>(counts.controller_calls) / counts.hours);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Simulates a sweep on a cluster and counts its requests."};
  ClusterSimulation options;
  std::vector<std::size_t> agents{10, 1000, 10'000};
  app.add_option("--agents", agents, "Sizes of clusters");
  app.add_option("--trials", options.trials, "Trials of the sweep")->capture_default_str();
  app.add_option("--trial-seconds", options.trial_seconds, "Mean time of a trial")
      ->capture_default_str();
  app.add_option("--loss", options.loss_probability,
                 "Fraction of trials during which an agent crashes")
      ->capture_default_str();
  app.add_option("--controller-failures", options.controller_failures,
                 "Fraction of calls that the controller does not answer")
      ->capture_default_str();
  app.add_option("--lease", options.lease_seconds, "Seconds")->capture_default_str();
  app.add_option("--seed", options.seed, "Seed of all random draws")->capture_default_str();
  app.add_flag("!--detached", options.coordinator, "Without a coordinator after the submission");
  CLI11_PARSE(app, argc, argv);
  for (const std::size_t count : agents) {
    options.agents = count;
    print(options, firesweep::runners::cluster::simulate(options));
  }
}
