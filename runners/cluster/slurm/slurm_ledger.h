// slurm.json of a run directory: what was submitted to Slurm for it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "runners/cluster/shared_files.h"
#include "runners/cluster/slurm/slurm_output.h"

namespace firesweep::runners::cluster {

/// A submission: recorded before sbatch is called without its job, afterwards with it.
struct SlurmSubmission {
  std::string time;  // UTC, ISO 8601
  std::size_t tasks = 0;
  std::string job{};       // empty: not known, because the coordinator died or Slurm refused it
  std::string name{};      // of the job, by which it is found again
  bool cancelled = false;  // by firesweep cancel: what of it still runs is exiting
};

/// Oldest first; none if there is no file.
[[nodiscard]] std::vector<SlurmSubmission> load_submissions(SharedFiles& files);
void save_submissions(SharedFiles& files, const std::vector<SlurmSubmission>& submissions);

/// All names under which jobs were submitted, joined by commas, as squeue and scancel take them;
/// `also` among them if it is not empty.
[[nodiscard]] std::string job_names(const std::vector<SlurmSubmission>& submissions,
                                    std::string_view also = {});

/// Whether firesweep cancelled the array `job`.
[[nodiscard]] bool is_cancelled(const std::vector<SlurmSubmission>& submissions,
                                std::string_view job);

/// Removes the tasks of cancelled submissions that have not ended from `tasks`; returns how many.
std::size_t drop_cancelled(const std::vector<SlurmSubmission>& submissions,
                           std::vector<SlurmTask>& tasks);

}  // namespace firesweep::runners::cluster
