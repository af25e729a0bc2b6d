// Runs a program and collects its output. This and base/subprocess.h, which it uses, are the only
// ways in which this project starts processes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace firesweep::base {

struct CommandResult {
  bool succeeded = false;
  std::string output;
  std::string stderr_text;  // if it failed without any: how it ended
  std::string end{};        // how it ended: "exited with status 1", "killed by signal 9 (Killed)"
};

class CommandRunner {
 public:
  virtual ~CommandRunner() = default;
  /// command[0] is searched in PATH. Throws Error if the program is not found.
  [[nodiscard]] virtual CommandResult run(const std::vector<std::string>& command) = 0;
};

/// Runs a program until it exits. command[0] is searched in PATH. `input` is its standard input,
/// which it must read completely before it writes more than a pipe holds. Throws Error if the
/// program is not found.
[[nodiscard]] CommandResult run_program(const std::vector<std::string>& command,
                                        std::string_view input = {});

class ProcessRunner final : public CommandRunner {
 public:
  [[nodiscard]] CommandResult run(const std::vector<std::string>& command) override;
};

/// Path of the program of this name in PATH; empty if there is none.
[[nodiscard]] std::string find_program(const std::string& name);

}  // namespace firesweep::base
