#include "runners/run/run_options.h"

#include <fstream>

#include <fmt/format.h>

#include "base/shell.h"

namespace firesweep::runners::run {

std::vector<std::string> command_line() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) {
    words.push_back(word);
  }
  return words;
}

std::string resume_command(const RunOptions& options, const std::filesystem::path& out) {
  const RunOptions usual;
  std::string command = fmt::format("{} run {}", base::shell_quoted(command_line().front()),
                                    base::shell_quoted(options.config.string()));
  const auto add = [&command](bool wanted, std::string_view option, const std::string& value) {
    if (wanted) {
      command += fmt::format(" {} {}", option, base::shell_quoted(value));
    }
  };
  for (const std::string& text : options.overrides) {
    add(true, "--set", text);
  }
  add(true, "--out", out.string());
  const schedule::PlacementOptions& placement = options.placement;
  add(placement.jobs > 0, "--jobs", std::to_string(placement.jobs));
  add(placement.threads_per_job > 1, "--threads-per-job",
      std::to_string(placement.threads_per_job));
  add(placement.affinity != usual.placement.affinity, "--affinity", placement.affinity);
  add(placement.device != usual.placement.device, "--device", placement.device);
  add(!options.executor.empty(), "--executor", options.executor);
  add(options.worker.has_value(), "--worker", options.worker.value_or("").string());
  add(options.retries != usual.retries, "--retries", std::to_string(options.retries));
  add(options.max_failures > 0, "--max-failures", std::to_string(options.max_failures));
  add(options.trial_timeout_seconds > 0.0, "--trial-timeout",
      fmt::format("{}s", options.trial_timeout_seconds));
  add(options.memory_limit_bytes > 0, "--memory-limit", std::to_string(options.memory_limit_bytes));
  for (const std::string& id : options.only) {
    add(true, "--only", id);
  }
  add(options.seeds > 0, "--seeds", std::to_string(options.seeds));
  return command + (options.fail_fast ? " --fail-fast" : "");
}

}  // namespace firesweep::runners::run
