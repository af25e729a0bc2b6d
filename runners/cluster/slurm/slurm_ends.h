// How agents' jobs ended or why they wait, as text that says what to do.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "runners/cluster/slurm/slurm_output.h"

namespace firesweep::runners::cluster {

/// Tasks of one array that ended alike, and not well.
struct SlurmEnd {
  std::string job;  // of the array: "123"
  std::string state;
  std::string reason;
  std::size_t count = 0;
  std::string last_task;  // "123_4"
};

/// "123" of "123_4".
[[nodiscard]] std::string_view array_of(std::string_view task);

/// Of those tasks that have ended without completing.
[[nodiscard]] std::vector<SlurmEnd> bad_ends(const std::vector<SlurmTask>& tasks);

/// The command that asks Slurm for all it knows about one task.
[[nodiscard]] std::vector<std::string> show_command(std::string_view task);
/// "exit code 3" or "signal 9" of its output; empty if it ended with neither.
[[nodiscard]] std::string parse_exit(std::string_view shown);

/// "FAILED (NonZeroExitCode, exit code 3)". `exit`: as parse_exit returns it.
[[nodiscard]] std::string end_text(const SlurmEnd& end, std::string_view exit);
/// "8 FAILED (NonZeroExitCode), 2 CANCELLED", of all arrays together.
[[nodiscard]] std::string summary_of(const std::vector<SlurmEnd>& ends);

/// The log of a task's agent.
[[nodiscard]] std::filesystem::path agent_log(const std::filesystem::path& run_directory,
                                              std::string_view task);

enum class LogPart { kEnd, kLastLine };
/// The end of an agent's log, or what it means that it is missing or empty.
[[nodiscard]] std::string log_text(const std::filesystem::path& log, const SlurmEnd& end,
                                   LogPart part);

/// For each reason to wait that does not pass by itself: "Slurm job 12_0 waits for X: hint".
struct BlockedJob {
  std::string reason;
  std::string words;
};
[[nodiscard]] std::vector<BlockedJob> blocked_jobs(const std::vector<SlurmTask>& tasks);

}  // namespace firesweep::runners::cluster
