// What chaos_run.cpp and hits.cpp share.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <signal.h>
#include <sys/types.h>

#include "tests/chaos/chaos_run.h"
#include "tests/chaos/process.h"
#include "tests/chaos/verdict.h"

namespace firesweep::chaos {

// So long that only a program that hangs takes longer, on a machine busy with other things too.
inline constexpr std::chrono::milliseconds kPatience{180'000};

/// One start of `firesweep run`, and what may be expected of its end.
struct ChaosRun::Attempt {
  std::unique_ptr<Process> process;
  std::filesystem::path mark;
  bool killed = false;
  bool interrupted = false;
  bool lost_workers = false;
  bool disk_failed = false;
};

/// The error of a program that stopped: its last line that speaks for the program.
inline std::string error_of(const Process& process) {
  const std::string text = read_whole(process.errors());
  const std::size_t begin = text.rfind("firesweep: ");
  return begin == std::string::npos ? "" : text.substr(begin, text.find('\n', begin) - begin);
}

inline void kill_each(const std::vector<pid_t>& pids, int signal) {
  for (const pid_t pid : pids) {
    ::kill(pid, signal);
  }
}

}  // namespace firesweep::chaos
