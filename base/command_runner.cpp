#include "base/command_runner.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/subprocess.h"
#include "base/temporary_log.h"

namespace firesweep::base {

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    return ::access(name.c_str(), X_OK) == 0 ? name : std::string();
  }
  const char* const path = std::getenv("PATH");
  std::istringstream directories(path != nullptr ? path : "");
  for (std::string directory; std::getline(directories, directory, ':');) {
    const std::filesystem::path candidate = std::filesystem::path(directory) / name;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(candidate, ignored) &&
        ::access(candidate.c_str(), X_OK) == 0) {
      return candidate.string();
    }
  }
  return {};
}

CommandResult run_program(const std::vector<std::string>& command, std::string_view input) {
  std::vector<std::string> words = command;
  words.front() = find_program(command.front());
  if (words.front().empty()) {
    throw Error(fmt::format("{}: program not found in PATH", command.front()));
  }
  const TemporaryLog stderr_log;
  Subprocess process(words, stderr_log.path);
  (void)process.write(input);  // the exit status says more than a failed write
  process.close_input();
  CommandResult result;
  while (process.read_output(result.output)) {
  }
  const ProcessEnd end = process.wait();
  result.succeeded = end.exit_status == 0;
  result.end = end.text;
  result.stderr_text = read_file(stderr_log.path);
  if (result.stderr_text.empty() && !result.succeeded) {
    result.stderr_text = end.text;
  }
  while (result.stderr_text.ends_with('\n')) {
    result.stderr_text.pop_back();
  }
  return result;
}

CommandResult ProcessRunner::run(const std::vector<std::string>& command) {
  return run_program(command);
}

}  // namespace firesweep::base
