#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "sweep/store/run_directory.h"
#include "tests/faults/system_calls.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::tests {
namespace {

constexpr int kWriters = 8;
constexpr int kRounds = 20;

/// Starts processes that do `write(number)` all at once; the numbers of those that got true.
template <typename Write>
std::vector<int> winners_of(Write write) {
  std::array<int, 2> gate{};
  REQUIRE(::pipe(gate.data()) == 0);
  std::vector<pid_t> writers;
  for (int number = 0; number < kWriters; ++number) {
    writers.push_back(::fork());
    if (writers.back() == 0) {
      ::close(gate[1]);
      char opened = 0;
      [[maybe_unused]] const ssize_t got = ::read(gate[0], &opened, 1);  // until all are there
      int status = 2;
      try {
        status = write(number) ? 0 : 1;
      } catch (...) {
      }
      ::_exit(status);
    }
  }
  ::close(gate[0]);
  ::close(gate[1]);
  std::vector<int> winners;
  for (int number = 0; number < kWriters; ++number) {
    int status = 0;
    ::waitpid(writers[static_cast<std::size_t>(number)], &status, 0);
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) < 2);
    if (WEXITSTATUS(status) == 0) {
      winners.push_back(number);
    }
  }
  return winners;
}

std::string content_of(int number) {
  return std::string(20000, static_cast<char>('a' + number));
}

}  // namespace

TEST_CASE("Of processes that publish a file at once exactly one wins, and its content is whole") {
  // Also where renames know no flags: by link.
  const std::map<std::string, int> unsupported =
      GENERATE(std::map<std::string, int>{}, std::map<std::string, int>{{"renameat2", EINVAL}});
  const ScratchDirectory scratch;
  for (int round = 0; round < kRounds; ++round) {
    const auto path = scratch.path() / std::to_string(round);
    set_unsupported(unsupported);
    const std::vector<int> winners = winners_of(
        [&](int number) { return base::write_new_file_atomically(path, content_of(number)); });
    set_unsupported({});
    REQUIRE(winners.size() == 1);
    REQUIRE(base::read_file(path) == content_of(winners.front()));
  }
  CHECK(scratch.files() == kRounds);
}

TEST_CASE("Where neither flags nor links are known, racing writers still leave one whole file") {
  const ScratchDirectory scratch;
  for (int round = 0; round < kRounds; ++round) {
    const auto path = scratch.path() / std::to_string(round);
    set_unsupported({{"renameat2", EINVAL}, {"link", EPERM}});
    const std::vector<int> winners = winners_of(
        [&](int number) { return base::write_new_file_atomically(path, content_of(number)); });
    set_unsupported({});
    REQUIRE_FALSE(winners.empty());
    const std::string content = base::read_file(path);
    REQUIRE(std::any_of(winners.begin(), winners.end(),
                        [&](int number) { return content == content_of(number); }));
  }
  CHECK(scratch.files() == kRounds);
}

TEST_CASE("Of processes that write a trial's result at once exactly one does") {
  const ScratchDirectory scratch;
  const sweep::RunDirectory run(scratch.path());
  run.prepare();
  for (int round = 0; round < kRounds; ++round) {
    const std::string id = "trial-" + std::to_string(round);
    const std::vector<int> winners = winners_of([&](int number) {
      sweep::TrialResult result;
      result.id = id;
      result.state = sweep::TrialState::kDiverged;
      result.reason = "writer " + std::to_string(number);
      return run.write_result(result);
    });
    REQUIRE(winners.size() == 1);
    REQUIRE(run.load_result(id)->reason == "writer " + std::to_string(winners.front()));
  }
}

}  // namespace firesweep::tests
