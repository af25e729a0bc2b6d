// The programs under test as processes: started, watched through /proc, ended.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace firesweep::chaos {

struct Ending {
  int exit_code = -1;  // of a process that ended by itself
  int signal = 0;      // that killed it; 0: none
};

[[nodiscard]] std::string to_string(const Ending& ending);

/// A process of ours; killed with its object.
class Process {
 public:
  /// Standard output and error go to files. `environment` is added to ours.
  Process(const std::vector<std::string>& command,
          const std::map<std::string, std::string>& environment, std::filesystem::path output,
          std::filesystem::path errors);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  [[nodiscard]] pid_t pid() const { return pid_; }
  void send(int signal) const;  // nothing if it has ended
  /// Whether it has ended, and how.
  [[nodiscard]] std::optional<Ending> ending();
  /// Nothing if it runs on after `patience`.
  [[nodiscard]] std::optional<Ending> wait(std::chrono::milliseconds patience);
  [[nodiscard]] const std::filesystem::path& errors() const { return errors_; }

 private:
  pid_t pid_ = -1;
  std::optional<Ending> ending_;
  std::filesystem::path errors_;
};

/// Living processes, zombies left out, of the chaos run in `directory`.
[[nodiscard]] std::vector<pid_t> processes_of(const std::filesystem::path& directory);
/// Those that are children of `parent`: its workers.
[[nodiscard]] std::vector<pid_t> workers_of(const std::filesystem::path& directory, pid_t parent);

}  // namespace firesweep::chaos
