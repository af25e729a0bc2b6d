// What `firesweep run` was asked for, and the words to ask for it again.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace firesweep::cli {

struct RunOptions {
  std::filesystem::path config;
  std::vector<std::string> overrides;
  std::filesystem::path out;  // empty: runs/<name>
  std::size_t jobs = 0;       // 0: as many as processors allow
  int threads_per_job = 1;
  std::optional<std::filesystem::path> worker;
};

/// The words this process was started with.
[[nodiscard]] std::vector<std::string> command_line();

/// A command, quoted for a POSIX shell, that goes on with the run in `out`.
[[nodiscard]] std::string command_to_go_on(const RunOptions& options,
                                           const std::filesystem::path& out);

}  // namespace firesweep::cli
