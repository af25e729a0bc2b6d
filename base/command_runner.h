// Starting a program and waiting for what it says.
#pragma once

#include <string>
#include <vector>

namespace firesweep::base {

struct CommandResult {
  bool succeeded = false;
  std::string output;
  std::string complaint;  // standard error, or how it ended if it said nothing
};

class CommandRunner {
 public:
  virtual ~CommandRunner() = default;
  /// command[0] is looked for in PATH. Throws Error if there is no such program.
  [[nodiscard]] virtual CommandResult run(const std::vector<std::string>& command) = 0;
};

class ProcessRunner final : public CommandRunner {
 public:
  [[nodiscard]] CommandResult run(const std::vector<std::string>& command) override;
};

/// Where PATH has a program of this name; empty: nowhere.
[[nodiscard]] std::string find_program(const std::string& name);

}  // namespace firesweep::base
