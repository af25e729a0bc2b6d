// The job script and the commands for Slurm: pure functions that start no process.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "runners/cluster/slurm/executor_spec.h"

namespace firesweep::runners::cluster {

/// What a job script has in addition to the user's settings.
struct SlurmScript {
  std::string program;                  // firesweep, as the nodes find it
  std::filesystem::path run_directory;  // absolute
  std::string worker;    // worker program as the nodes find it; empty: next to `program`
  std::size_t jobs = 1;  // trials at once in each agent
  std::string sweep{};   // its name, shown in Slurm's queue
};

/// A script for sbatch, for bash as a login shell: settings as #SBATCH lines, prologue, then one
/// agent. It reports if the prologue fails, or the node lacks the program or does not see the run
/// directory.
[[nodiscard]] std::string script_text(const ExecutorSpec& spec, const SlurmScript& script);

/// Throws Error for a run directory in which Slurm can't write logs: it interprets a backslash in a
/// log's name, even a doubled one, and then leaves out the number of the task.
void check_run_directory(const std::filesystem::path& run_directory);

/// Words for sbatch that depend on the submission: array, name, where logs go.
/// `tasks` agents; %A_%a in the log's name.
[[nodiscard]] std::vector<std::string> submit_command(const ExecutorSpec& spec,
                                                      const std::filesystem::path& script,
                                                      const std::filesystem::path& run_directory,
                                                      std::string_view name, std::size_t tasks);

/// `firesweep-<name of the sweep>-<hash of the directory>`: the name of all jobs of a run, by which
/// they are found again. Has no characters that mean something to Slurm or a shell.
[[nodiscard]] std::string job_name(const std::filesystem::path& run_directory,
                                   std::string_view sweep);

/// Trials at once in a job that has so many processors of a node (SLURM_CPUS_PER_TASK), where Slurm
/// does not confine it to them; 0: unknown.
[[nodiscard]] std::size_t jobs_for_cpus(std::string_view cpus_per_task, int threads_per_job);

/// Sizes of the arrays that together have `agents` tasks, none larger than Slurm allows
/// (MaxArraySize is one more than the largest index).
[[nodiscard]] std::vector<std::size_t> array_sizes(std::size_t agents, std::size_t max_array_size);

}  // namespace firesweep::runners::cluster
