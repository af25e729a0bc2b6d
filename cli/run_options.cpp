#include "cli/run_options.h"

#include <fstream>
#include <string_view>

#include <fmt/format.h>

namespace firesweep::cli {
namespace {

/// For a POSIX shell.
std::string quoted(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
    return word;
  }
  std::string text = "'";
  for (const char c : word) {
    text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return text + "'";
}

}  // namespace

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
  std::string command = fmt::format("{} run {}", quoted(program), quoted(options.config.string()));
  for (const std::string& text : options.overrides) {
    command += fmt::format(" --set {}", quoted(text));
  }
  command += fmt::format(" --out {}", quoted(out.string()));
  if (options.jobs > 0) {
    command += fmt::format(" --jobs {}", options.jobs);
  }
  if (options.threads_per_job > 1) {
    command += fmt::format(" --threads-per-job {}", options.threads_per_job);
  }
  if (options.worker) {
    command += fmt::format(" --worker {}", quoted(options.worker->string()));
  }
  return command;
}

}  // namespace firesweep::cli
