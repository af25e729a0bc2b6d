// What a cluster of any size asks of its file server and of Slurm's controller, on a virtual clock.
#include <algorithm>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "runners/cluster/simulation.h"

namespace {

using firesweep::runners::ClusterCounts;
using firesweep::runners::ClusterSimulation;

void print(const ClusterSimulation& options, const ClusterCounts& counts) {
  const auto trials = static_cast<double>(options.trials);
  const double seconds = counts.hours * 3600.0;
  const double plain = static_cast<double>(counts.agents.sum() - counts.agents.lists);
  const double requests = plain + counts.listing_requests;
  fmt::print(
      "{} trials of {:.0f} s, {} agents, {} lost:\n"
      "  {} results in {:.2f} h, at best {:.2f} h; trained twice: {}\n"
      "  a trial: {:.1f} operations and {:.1f} listings of {:.0f} names; {:.1f} requests in all\n"
      "    looks {:.1f}, reads {:.1f}, creates {:.1f}, renames {:.1f}, removes {:.1f}\n"
      "  a second: {:.1f} requests; the coordinator {:.2f} operations\n"
      "  calls of the controller: {}, {:.0f} an hour\n",
      options.trials, options.trial_seconds, options.agents, counts.agents_lost, counts.results,
      counts.hours, counts.least_hours, counts.trained_twice, plain / trials,
      static_cast<double>(counts.agents.lists) / trials,
      100.0 * counts.listing_requests /
          static_cast<double>(std::max<std::size_t>(1, counts.agents.lists)),
      requests / trials, static_cast<double>(counts.agents.looks) / trials,
      static_cast<double>(counts.agents.reads) / trials,
      static_cast<double>(counts.agents.creates) / trials,
      static_cast<double>(counts.agents.renames) / trials,
      static_cast<double>(counts.agents.removes) / trials, requests / seconds,
      static_cast<double>(counts.coordinator.sum()) / seconds, counts.controller_calls,
      static_cast<double>(counts.controller_calls) / counts.hours);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Simulates a sweep on a cluster and counts requests."};
  ClusterSimulation options;
  std::vector<std::size_t> agents{10, 1000, 10'000};
  app.add_option("--agents", agents, "Sizes of clusters");
  app.add_option("--trials", options.trials, "Trials of the sweep")->capture_default_str();
  app.add_option("--trial-seconds", options.trial_seconds, "Mean time of a trial")
      ->capture_default_str();
  app.add_option("--loss", options.loss_probability, "Share of trials with which an agent is lost")
      ->capture_default_str();
  app.add_option("--controller-failures", options.controller_failures,
                 "Share of calls the controller does not answer")
      ->capture_default_str();
  app.add_option("--lease", options.lease_seconds, "Seconds")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  for (const std::size_t count : agents) {
    options.agents = count;
    print(options, firesweep::runners::simulate(options));
  }
}
