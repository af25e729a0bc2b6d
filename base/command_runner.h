// Starting a program and waiting for what it says. With base/subprocess.h below it, the only way in
// which this project starts processes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace firesweep::base {

struct CommandResult {
  bool succeeded = false;
  std::string output;
  std::string complaint;  // standard error, or how it ended if it said nothing
  std::string end{};      // how it ended: "exited with status 1", "killed by signal 9 (Killed)"
};

class CommandRunner {
 public:
  virtual ~CommandRunner() = default;
  /// command[0] is looked for in PATH. Throws Error if there is no such program.
  [[nodiscard]] virtual CommandResult run(const std::vector<std::string>& command) = 0;
};

/// Runs a program to its end. command[0] is looked for in PATH; `input` is its standard input,
/// which it must read whole before it writes more than a pipe holds. Throws Error if there is no
/// such program.
[[nodiscard]] CommandResult run_program(const std::vector<std::string>& command,
                                        std::string_view input = {});

class ProcessRunner final : public CommandRunner {
 public:
  [[nodiscard]] CommandResult run(const std::vector<std::string>& command) override;
};

/// Where PATH has a program of this name; empty: nowhere.
[[nodiscard]] std::string find_program(const std::string& name);

}  // namespace firesweep::base
