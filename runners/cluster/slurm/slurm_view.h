// What Slurm knows about a run's jobs, for commands that only read.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/command_runner.h"
#include "runners/cluster/slurm/slurm_ledger.h"

namespace firesweep::runners::cluster {

struct SlurmView {
  std::string summary;    // "2 running, 1 waiting (Resources)"; empty: no job waits or runs
  bool may_work = false;  // some do, or Slurm does not answer
  /// A line each: why jobs wait if that does not pass by itself, how agents ended, and the last
  /// line of one's log.
  std::vector<std::string> notes;
};

/// Two calls of Slurm at most; none if nothing was submitted.
[[nodiscard]] SlurmView query_slurm(base::CommandRunner& commands,
                                    const std::vector<SlurmSubmission>& submissions,
                                    const std::filesystem::path& run_directory);

}  // namespace firesweep::runners::cluster
