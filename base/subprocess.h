// A child process with pipes to its standard input and output, and its standard error in a file.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace firesweep::base {

/// How a process ended: "exited with status 1", "killed by signal 9 (Killed)".
struct ProcessEnd {
  std::string text;
  bool killed = false;   // by a signal
  int exit_status = -1;  // -1: killed
};

/// The child leads a process group of its own, so that Ctrl-C at the terminal reaches only the
/// parent. The kernel kills the child when the thread that started it exits: start children from
/// the main thread. The destructor kills and reaps the child. If the machine runs out of memory,
/// the kernel prefers the child over its parent.
class Subprocess {
 public:
  /// Runs command[0] (a path; PATH is not searched) with the arguments after it. Standard error is
  /// appended to `log`. `inherited` descriptors stay open in the child. Throws Error with the
  /// system's reason if the program can't be started or the log can't be opened.
  Subprocess(const std::vector<std::string>& command, const std::filesystem::path& log,
             const std::vector<int>& inherited = {});
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;
  ~Subprocess();

  /// Descriptor that is readable when there is output or the output has ended.
  [[nodiscard]] int output() const { return output_; }
  /// Appends available output to `buffer`; blocks if there is none yet. False at the end of the
  /// output.
  [[nodiscard]] bool read_output(std::string& buffer);
  /// Sends `text`; blocks while the child does not read. False if the child has closed its input.
  [[nodiscard]] bool write(std::string_view text);
  /// The same with a newline at its end.
  [[nodiscard]] bool write_line(std::string_view line);
  void close_input();

  /// Sends SIGTERM to the child. Does nothing if it has exited.
  void terminate();
  /// Kills the child and its process group. Does nothing if it has exited.
  void kill();
  /// Waits until the child exits.
  [[nodiscard]] ProcessEnd wait();
  /// Resident memory; 0 if unknown.
  [[nodiscard]] std::int64_t resident_bytes() const;

 private:
  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  bool reaped_ = false;
  int status_ = 0;
};

}  // namespace firesweep::base
