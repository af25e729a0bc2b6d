// What `firesweep run` was asked for, and the command that repeats it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "runners/schedule/placement.h"
#include "runners/schedule/run_loop.h"

namespace firesweep::runners::run {

struct RunOptions {
  std::filesystem::path config;
  std::vector<std::string> overrides;
  std::filesystem::path out;  // empty: runs/<name>
  std::optional<std::filesystem::path> worker;
  schedule::PlacementOptions placement;

  std::size_t retries = schedule::FailurePolicy{}.retries;
  std::size_t max_failures = 0;  // 0: any number
  bool fail_fast = false;
  double trial_timeout_seconds = 0.0;    // 0: none
  std::uint64_t memory_limit_bytes = 0;  // of a worker; 0: none

  bool retry_failed = false;
  /// Ids, their beginnings, or names of chosen designs; empty: every trial.
  std::vector<std::string> only;
  std::size_t seeds = 0;  // that each chosen design is to have; 0: as many as it has
  bool dry_run = false;

  std::string executor;  // kind or profile; empty: as in the sweep file
  bool detach = false;

  std::size_t columns = 0;  // of the terminal that tables must fit; 0: any width

  [[nodiscard]] schedule::FailurePolicy failure_policy() const {
    return {retries, fail_fast ? 1 : max_failures, trial_timeout_seconds};
  }
};

/// The command line of this process.
[[nodiscard]] std::vector<std::string> command_line();

/// A command, quoted for a POSIX shell, that resumes the run in `out`.
[[nodiscard]] std::string resume_command(const RunOptions& options,
                                         const std::filesystem::path& out);

}  // namespace firesweep::runners::run
