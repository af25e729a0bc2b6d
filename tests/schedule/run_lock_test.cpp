#include "runners/schedule/run_lock.h"

#include <array>

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "tests/schedule/support.h"

namespace firesweep::runners::schedule {
namespace {

/// A process that holds the lock until it is released or killed.
class Holder {
 public:
  explicit Holder(const std::filesystem::path& path) {
    std::array<int, 2> locked{};
    std::array<int, 2> release{};
    REQUIRE(::pipe(locked.data()) == 0);
    REQUIRE(::pipe(release.data()) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(release[1]);
      const RunLock lock(path);
      char byte = 'x';
      (void)!::write(locked[1], &byte, 1);
      (void)!::read(release[0], &byte, 1);  // until the test closes its end
      ::_exit(0);
    }
    char byte = 0;
    ::close(locked[1]);
    REQUIRE(::read(locked[0], &byte, 1) == 1);
    ::close(locked[0]);
    ::close(release[0]);
    release_ = release[1];
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() { kill(); }

  void kill() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
      ::close(release_);
      pid_ = -1;
    }
  }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int release_ = -1;
};

TEST_CASE("A second coordinator is refused with the name of the first") {
  const tests::ScratchDirectory directory;
  const std::filesystem::path path = directory.path() / "lock";
  const Holder holder(path);
  CHECK_THROWS_WITH(
      RunLock(path),
      Catch::StartsWith(directory.path().string() + ": this run is under way on host ") &&
          Catch::Contains("as process " + std::to_string(holder.pid())));
  const auto known = RunLock::holder(path);
  REQUIRE(known);
  CHECK(known->pid == holder.pid());
  CHECK(known->since.size() == 20);
}

TEST_CASE("The lock of a dead coordinator is acquired") {
  const tests::ScratchDirectory directory;
  const std::filesystem::path path = directory.path() / "lock";
  Holder holder(path);
  holder.kill();
  CHECK_FALSE(RunLock::holder(path));
  CHECK_NOTHROW(RunLock(path));
}

TEST_CASE("A lock is free again when its owner lets it go") {
  const tests::ScratchDirectory directory;
  const std::filesystem::path path = directory.path() / "lock";
  CHECK_FALSE(RunLock::holder(path));  // no file
  {
    const RunLock lock(path);
    CHECK(RunLock::holder(path)->pid == ::getpid());
    CHECK_THROWS_AS(RunLock(path), Error);
  }
  CHECK_NOTHROW(RunLock(path));
}

TEST_CASE("A lock that can't be made names its path") {
  CHECK_THROWS_WITH(RunLock("/nowhere/lock"),
                    "/nowhere/lock: can't be created: No such file or directory");
}

}  // namespace
}  // namespace firesweep::runners::schedule
