// Every fault at every system call of everything that writes: afterwards each file is the old one
// or the new one, and the directory can be gone on with.
#include <cerrno>
#include <exception>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "tests/faults/operations.h"
#include "tests/faults/system_calls.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::tests {
namespace {

namespace fs = std::filesystem;

const std::vector<Fault> kFaults = {
    {"interrupted", Effect::kFails, EINTR},
    {"no space for a moment", Effect::kFails, ENOSPC},
    {"no space from here on", Effect::kFails, ENOSPC, true},
    {"over quota from here on", Effect::kFails, EDQUOT, true},
    {"input/output error", Effect::kFails, EIO},
    {"input/output errors from here on", Effect::kFails, EIO, true},
    {"read-only from here on", Effect::kFails, EROFS, true},
    {"answer lost", Effect::kFailsOnceDone, EIO},
    {"short write", Effect::kShort, 0},
    {"write of nothing", Effect::kNothing, 0},
    {"the process ends before", Effect::kDiesBefore, 0},
    {"the process ends after", Effect::kDiesAfter, 0},
    {"the process ends half-way", Effect::kDiesInside, 0},
};

bool ends_the_process(const Fault& fault) {
  return fault.effect == Effect::kDiesBefore || fault.effect == Effect::kDiesAfter ||
         fault.effect == Effect::kDiesInside;
}

bool applies(const Fault& fault, const std::string& call) {
  switch (fault.effect) {
    case Effect::kShort:
    case Effect::kNothing:
    case Effect::kDiesInside:
      return call.starts_with("write ");
    case Effect::kFailsOnceDone:
      return !call.starts_with("open ");  // no process could remove an unknown file
    default:
      return true;
  }
}

std::ptrdiff_t open_descriptors() {
  return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator{});
}

/// One operation with what is around it: the states before and after, and its calls.
class Rehearsal {
 public:
  explicit Rehearsal(const Operation& operation) : operation_(operation) {
    set_unsupported(operation.unsupported);
    renew();
    before_ = tree_of(directory());
    start_counting();
    operation_.run(directory());
    stop_counting();
    calls_ = recorded_calls();
    after_ = tree_of(directory());
  }
  ~Rehearsal() { set_unsupported({}); }
  Rehearsal(const Rehearsal&) = delete;
  Rehearsal& operator=(const Rehearsal&) = delete;

  [[nodiscard]] const std::vector<std::string>& calls() const { return calls_; }

  /// What went wrong; nothing if the fault was survived.
  std::vector<std::string> survive(int call, const Fault& fault) {
    problems_.clear();
    renew();
    if (ends_the_process(fault)) {
      die(call, fault);
    } else {
      fail(call, fault);
    }
    expect_old_or_new();
    resume();
    return problems_;
  }

 private:
  [[nodiscard]] fs::path directory() const { return scratch_.path() / "run"; }

  void renew() {
    fs::remove_all(directory());
    fs::create_directory(directory());
    operation_.prepare(directory());
  }

  void expect(bool holds, const std::string& otherwise) {
    if (!holds) {
      problems_.push_back(otherwise);
    }
  }

  void fail(int call, const Fault& fault) {
    const std::ptrdiff_t descriptors = open_descriptors();
    bool succeeded = false;
    start_counting(call, fault);
    try {
      operation_.run(directory());
      stop_counting();
      succeeded = true;
    } catch (const FileError& error) {
      stop_counting();
      const std::string message = error.what();
      expect(message.starts_with(scratch_.path().string()), "the error names no path: " + message);
      expect(error.code().value() == (fault.error != 0 ? fault.error : EIO),
             "the error has another code: " + message);
    } catch (const std::exception& error) {
      stop_counting();
      problems_.push_back(std::string("another kind of error: ") + error.what());
    }
    expect(!succeeded || tree_of(directory()) == after_, "no error, but not done");
    expect(temporaries_in(directory()).empty() || removal_was_struck(), "a temporary is left");
    expect(open_descriptors() == descriptors, "a descriptor is left open");
  }

  void die(int call, const Fault& fault) {
    const pid_t child = ::fork();
    if (child == 0) {
      start_counting(call, fault);
      try {
        operation_.run(directory());
      } catch (...) {
      }
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    expect(WIFEXITED(status) && WEXITSTATUS(status) == kDiedStatus,
           "the process did not end there");
  }

  void expect_old_or_new() {
    const Tree now = tree_of(directory());
    Tree known = before_;
    known.insert(after_.begin(), after_.end());
    for (const auto& [path, content] : now) {
      const auto before = before_.find(path);
      const auto after = after_.find(path);
      expect((before != before_.end() && before->second == content) ||
                 (after != after_.end() && after->second == content),
             path + " is neither old nor new: " + std::to_string(content.size()) + " bytes");
    }
    for (const auto& [path, content] : known) {
      expect(now.count(path) == 1 || before_.count(path) == 0 || after_.count(path) == 0 ||
                 path == operation_.may_be_absent,
             path + " is gone");
    }
    expect(!operation_.agrees || operation_.agrees(now), "the files do not agree");
  }

  void resume() {
    try {
      operation_.run(directory());
    } catch (const std::exception& error) {
      problems_.push_back(std::string("can't resume: ") + error.what());
    }
    for (const fs::path& temporary : temporaries_in(directory())) {
      base::remove_temporaries(temporary.parent_path());
    }
    expect(temporaries_in(directory()).empty(), "a temporary can't be removed");
    expect(tree_of(directory()) == after_, "resuming ends with something else");
  }

  ScratchDirectory scratch_;
  Operation operation_;
  Tree before_;
  Tree after_;
  std::vector<std::string> calls_;
  std::vector<std::string> problems_;
};

struct Count {
  int calls = 0;
  int tried = 0;
  int survived = 0;
  std::string problems;  // the first few, a line each
};

void try_every_fault(const Operation& operation, Count& count) {
  Rehearsal rehearsal(operation);
  for (std::size_t call = 0; call < rehearsal.calls().size(); ++call) {
    ++count.calls;
    for (const Fault& fault : kFaults) {
      if (!applies(fault, rehearsal.calls()[call])) {
        continue;
      }
      const auto problems = rehearsal.survive(static_cast<int>(call), fault);
      ++count.tried;
      count.survived += problems.empty() ? 1 : 0;
      for (const std::string& problem : problems) {
        if (count.tried - count.survived <= 50) {
          count.problems += operation.name + ", call " + std::to_string(call) + " (" +
                            rehearsal.calls()[call] + "), " + fault.name + ": " + problem + "\n";
        }
      }
    }
  }
}

/// Writes in place, and does not check what the system returns.
void write_carelessly(const fs::path& directory) {
  const int file = ::open((directory / "file").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  const std::string content(1000, 'n');
  [[maybe_unused]] const ssize_t written = ::write(file, content.data(), content.size());
  ::close(file);
}

}  // namespace

TEST_CASE("Every fault at every system call of every write leaves the old content or the new") {
  Count count;
  for (const Operation& operation : all_operations()) {
    const int before = count.calls;
    try_every_fault(operation, count);
    INFO(operation.name);
    CHECK(count.calls > before);
  }
  INFO(count.problems);
  CHECK(count.survived == count.tried);
  WARN("write faults tried: " << count.tried << " at " << count.calls
                              << " system calls; survived: " << count.survived);
}

TEST_CASE("A writer that writes in place does not survive the same faults") {
  Count count;
  try_every_fault(
      {"write in place",
       [](const fs::path& directory) { base::write_file_atomically(directory / "file", "old"); },
       write_carelessly},
      count);
  CHECK(count.calls == 3);
  CHECK(count.survived < count.tried);
  CHECK(count.problems.find("file is neither old nor new: 500 bytes") != std::string::npos);
  CHECK(count.problems.find("no error, but not done") != std::string::npos);
}

}  // namespace firesweep::tests
