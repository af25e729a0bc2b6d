// What a whole cluster asks of its file server and its controller, at a size tests have time for.
#include <catch2/catch.hpp>

#include "tests/support/cluster_simulation.h"

namespace firesweep::runners::cluster {
namespace {

TEST_CASE("A hundred agents train each trial once, and ask for little") {
  const ClusterCounts counts = simulate({.trials = 5000, .agents = 100});
  CHECK(counts.results == 5000);
  CHECK(counts.trained_twice == 0);
  CHECK(counts.hours < 1.1 * counts.least_hours);
  CHECK(static_cast<double>(sum(counts.agents)) / 5000.0 < 15.0);
  CHECK(static_cast<double>(sum(counts.coordinator)) / 5000.0 < 6.0);
  CHECK(counts.busiest_second < 700.0);
  CHECK(static_cast<double>(counts.controller_calls) / counts.hours < 150.0);
}

TEST_CASE("Ten agents are watched for little") {
  const ClusterCounts counts = simulate({.trials = 500, .agents = 10, .seed = 2});
  CHECK(counts.results == 500);
  CHECK(static_cast<double>(sum(counts.agents)) / 500.0 < 10.0);
  CHECK(static_cast<double>(sum(counts.coordinator)) / 500.0 < 8.0);
}

TEST_CASE("Two hundred agents with a few trials each finish them, and most exit") {
  const ClusterCounts counts = simulate({.trials = 800, .agents = 200, .seed = 2});
  CHECK(counts.results == 800);
  CHECK(counts.trained_twice == 0);
  CHECK(static_cast<double>(sum(counts.agents)) / 800.0 < 80.0);
  CHECK(counts.busiest_second < 1500.0);
  CHECK(counts.hours < 1.6 * counts.least_hours);
}

TEST_CASE("Lost agents and a controller that often does not answer lose nothing") {
  const ClusterCounts counts = simulate({.trials = 2000,
                                         .agents = 50,
                                         .loss_probability = 0.02,
                                         .controller_failures = 0.3,
                                         .seed = 7});
  CHECK(counts.results == 2000);
  CHECK(counts.agents_lost > 10);
  CHECK(counts.trained_twice == 0);
}

TEST_CASE("Detached agents finish without a coordinator") {
  const ClusterCounts counts = simulate(
      {.trials = 500, .agents = 20, .loss_probability = 0.02, .coordinator = false, .seed = 3});
  CHECK(counts.results == 500);
}

}  // namespace
}  // namespace firesweep::runners::cluster
