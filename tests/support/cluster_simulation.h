// Simulated clusters: agents, coordinator and Slurm over files in memory on a virtual clock. The
// agents and the coordinator are the real ones; what they ask of the file server and the controller
// is counted.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tests/support/memory_files.h"

namespace firesweep::runners::cluster {

struct ClusterSimulation {
  std::size_t trials = 100'000;
  std::size_t agents = 1000;
  double trial_seconds = 60.0;       // on average; half to one and a half times as long
  double loss_probability = 0.0;     // that an agent is lost with a trial; its job is queued again
  double controller_failures = 0.0;  // fraction of Slurm's commands that fail
  double lease_seconds = 90.0;
  bool coordinator = true;  // false: detached after the submission
  std::uint64_t seed = 1;
};

struct ClusterCounts {
  std::size_t results = 0;
  std::size_t trained_twice = 0;  // trials that two agents trained at the same time
  std::size_t agents_lost = 0;
  double hours = 0.0;        // from the first submission to the last result
  double least_hours = 0.0;  // if every agent trained all the time
  /// What the file server was asked for, without what trials write.
  MemoryFiles::Requests agents;
  MemoryFiles::Requests coordinator;
  double busiest_second = 0.0;  // requests, on average over ten seconds
  FileOperations operations;    // of all together
  std::size_t controller_calls = 0;
};

[[nodiscard]] std::size_t sum(const MemoryFiles::Requests& requests);

[[nodiscard]] ClusterCounts simulate(const ClusterSimulation& options);

}  // namespace firesweep::runners::cluster
