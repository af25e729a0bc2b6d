// A child process with its standard input and output in our hands and its standard error in a file.
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
  int exit_status = -1;  // -1: it was killed
};

/// The child leads a process group of its own, so that an interrupt typed at the terminal reaches
/// the parent alone, and is killed by the kernel when the thread that started it ends: start
/// children from the main thread. Killed and reaped on destruction. Should the machine run out of
/// memory, the kernel is asked to end the child before its parent.
class Subprocess {
 public:
  /// Runs command[0] (a path; PATH is not searched) with the arguments after it. `log` is appended
  /// to. `inherited` descriptors stay open in the child. Throws Error with the system's reason if
  /// the program or the log can't be used.
  Subprocess(const std::vector<std::string>& command, const std::filesystem::path& log,
             const std::vector<int>& inherited = {});
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;
  ~Subprocess();

  /// Readable when there is output, or none will come any more.
  [[nodiscard]] int output() const { return output_; }
  /// Appends what there is to read to `buffer`; waits if there is nothing yet. False at the end of
  /// the output.
  [[nodiscard]] bool read_output(std::string& buffer);
  /// Sends `text`; waits while the child does not read. False if it does not listen any more.
  [[nodiscard]] bool write(std::string_view text);
  /// The same with a newline at its end.
  [[nodiscard]] bool write_line(std::string_view line);
  void close_input();

  /// Asks the child to end (SIGTERM); nothing if it is gone.
  void terminate();
  /// Ends the child and what it started; nothing if it is gone.
  void kill();
  /// Waits for the end.
  [[nodiscard]] ProcessEnd wait();
  /// Memory that is in RAM now; 0 if the system does not tell.
  [[nodiscard]] std::int64_t resident_bytes() const;

 private:
  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  bool reaped_ = false;
  int status_ = 0;
};

}  // namespace firesweep::base
