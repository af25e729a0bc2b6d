// What Slurm's commands print, read. Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runners/cluster/slurm/executor_spec.h"

namespace firesweep::runners::cluster {

/// One task of a job array.
struct SlurmTask {
  std::string job;     // "123_4"
  std::string state;   // PENDING, RUNNING, ...
  std::string reason;  // the scheduler's: "Resources", "NonZeroExitCode", ...
};

/// The command that lists the jobs called `name`.
[[nodiscard]] std::vector<std::string> queue_command(std::string_view name);
/// Its output. Lines that are not tasks are skipped.
[[nodiscard]] std::vector<SlurmTask> parse_queue(std::string_view output);
/// It will not run again by itself.
[[nodiscard]] bool has_ended(const SlurmTask& task);
/// Slurm could not start it and holds it now until it is released.
[[nodiscard]] bool is_launch_failure(const SlurmTask& task);

/// "123;cluster" as sbatch --parsable prints it; nothing if it is not that.
[[nodiscard]] std::optional<std::string> parse_submission(std::string_view output);

/// MaxArraySize of `scontrol show config`; Slurm's default if it is not there.
[[nodiscard]] std::size_t parse_max_array_size(std::string_view config);

/// sbatch's refusal as a message that names the setting to fix.
[[nodiscard]] std::string explain_refusal(std::string_view stderr_text, const ExecutorSpec& spec);

/// Whether the controller failed, not the request: asking again later may help.
[[nodiscard]] bool is_controller_trouble(std::string_view stderr_text);

/// What to do about a reason that makes a job wait until something is changed; empty for reasons
/// that resolve on their own.
[[nodiscard]] std::string_view hint_for(std::string_view reason);

/// "3 running, 1 waiting (Resources)"; empty if there is none.
[[nodiscard]] std::string summary_of(const std::vector<SlurmTask>& tasks);

}  // namespace firesweep::runners::cluster
