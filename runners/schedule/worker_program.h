// The worker program: where it is, how it is started, whether it becomes ready.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace firesweep::runners::schedule {

struct WorkerProgram {
  std::filesystem::path path;
  int threads_per_job = 1;
  std::filesystem::path dataset_cache;
};

/// `option` if given, else $FIRESWEEP_WORKER, else firesweep-worker next to the running program.
/// Throws Error that names what was looked for if there is no such executable file.
[[nodiscard]] std::filesystem::path find_worker(const std::optional<std::filesystem::path>& option);

/// Where a worker runs.
struct WorkerPlace {
  std::string device = "cpu";
  std::vector<int> processors;  // empty: any
  std::string name{};           // in epochs.jsonl; empty: host and process
};

/// Program and arguments.
[[nodiscard]] std::vector<std::string> worker_command(const WorkerProgram& program,
                                                      const WorkerPlace& place);

/// Starts a worker, waits until it reports that it is ready, and ends it. Throws Error with the end
/// of its log if it does not, or is silent for a minute.
void check_worker(const WorkerProgram& program, const WorkerPlace& place);

}  // namespace firesweep::runners::schedule
