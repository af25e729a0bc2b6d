#include "cli/run_options.h"

#include <fstream>

#include <fmt/format.h>

#include "sweep/shell.h"

namespace firesweep::cli {
std::vector<std::string> command_line() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) {
    words.push_back(word);
  }
  return words;
}

std::string command_to_go_on(const RunOptions& options, const std::filesystem::path& out) {
  const std::string program = command_line().front();
  std::string command = fmt::format("{} run {}", sweep::shell_quoted(program),
                                    sweep::shell_quoted(options.config.string()));
  for (const std::string& text : options.overrides) {
    command += fmt::format(" --set {}", sweep::shell_quoted(text));
  }
  command += fmt::format(" --out {}", sweep::shell_quoted(out.string()));
  if (options.jobs > 0) {
    command += fmt::format(" --jobs {}", options.jobs);
  }
  if (options.threads_per_job > 1) {
    command += fmt::format(" --threads-per-job {}", options.threads_per_job);
  }
  if (options.worker) {
    command += fmt::format(" --worker {}", sweep::shell_quoted(options.worker->string()));
  }
  return command;
}

}  // namespace firesweep::cli
