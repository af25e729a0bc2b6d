// Runs firesweep as a user does and captures what it prints and writes.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/scratch_directory.h"

namespace firesweep::integration {

struct Outcome {
  int exit_code = -1;  // 128 + signal for a process that was killed
  std::string output;
  std::string errors;
};

/// A scratch directory that is the working directory, cache and home of the programs it runs.
class Workplace {
 public:
  [[nodiscard]] const std::filesystem::path& path() const { return directory_.path(); }
  void write(std::string_view name, std::string_view text) const;
  [[nodiscard]] std::string read(std::string_view name) const;

  /// Runs `firesweep ARGUMENTS...` to its end.
  [[nodiscard]] Outcome firesweep(const std::vector<std::string>& arguments) const;
  /// Starts it, reads standard error until `text` appears there, sends `signal` to the coordinator,
  /// and waits for its end.
  [[nodiscard]] Outcome firesweep_until(const std::vector<std::string>& arguments,
                                        std::string_view text, int signal) const;

 private:
  tests::ScratchDirectory directory_;
};

}  // namespace firesweep::integration
