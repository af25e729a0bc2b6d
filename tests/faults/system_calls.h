// The system calls that write, between the project and the kernel: the linker sends them here
// (--wrap). They are counted and recorded, and one of them, or all from one on, can be made to
// fail.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace firesweep::tests {

enum class Effect {
  kFails,          // returns -1 with the error and does nothing, but close does close
  kFailsOnceDone,  // does it, then returns -1 with the error: a lost answer
  kShort,          // write: writes half of it, and returns that
  kNothing,        // write: writes nothing and returns 0
  kDiesBefore,     // the process ends there
  kDiesAfter,      // does it, then the process ends
  kDiesInside,     // write: half of it, then the process ends
};

struct Fault {
  std::string name;  // for messages
  Effect effect = Effect::kFails;
  int error = 0;
  bool persists = false;  // not one call, but every one from there on: a disk stays full
};

/// Of a process that an injected fault ended.
inline constexpr int kDiedStatus = 86;

/// From now on calls are counted, from 0, and recorded; the fault strikes call number `call` or, if
/// it persists, every later one that modifies something, too. -1: none.
void start_counting(int call = -1, const Fault& fault = {});
/// Calls pass unseen again. Returns how many there were.
int stop_counting();

/// What the file system does not know: calls that fail, with the error each, until they are set
/// again. They are recorded all the same.
void set_unsupported(std::map<std::string, int> errors);

/// What was called since start_counting, with file names alone and "tmp" for temporary names:
/// "open tmp", "write tmp", "rename tmp file", "open directory/", ...
[[nodiscard]] const std::vector<std::string>& recorded_calls();
/// Whether a fault struck a removal (unlink, rmdir).
[[nodiscard]] bool removal_was_struck();

}  // namespace firesweep::tests
