#include <cerrno>

#include <catch2/catch.hpp>
#include <sys/wait.h>

#include "base/error.h"
#include "runners/schedule/local_executor.h"
#include "tests/schedule/executor_contract.h"
#include "tests/support/fake_executor.h"

namespace firesweep::runners::schedule {
namespace {

using tests::events_of;
using tests::job;
using tests::poll_until_closed;

struct FakeHarness {
  static std::unique_ptr<Executor> make(std::size_t jobs) {
    return std::make_unique<tests::FakeExecutor>(jobs);
  }
};

struct LocalHarness {
  tests::ScratchDirectory directory;
  std::filesystem::path worker = FIRESWEEP_FAKE_WORKER;
  std::int64_t memory_limit_bytes = 0;
  std::chrono::milliseconds start_limit = std::chrono::minutes(1);

  [[nodiscard]] WorkerProgram program() const { return {worker, 1, directory.path()}; }
  [[nodiscard]] std::unique_ptr<Executor> make(std::size_t jobs) const {
    LocalExecutorOptions options{program(), std::vector<WorkerPlace>(jobs), directory.path(),
                                 memory_limit_bytes};
    options.start_limit = start_limit;
    return std::make_unique<LocalExecutor>(std::move(options));
  }
  /// One that ends before it is ready (mute-worker), or never gets there (asleep-worker).
  void use_worker(const char* name) {
    worker = directory.path() / name;
    std::filesystem::create_symlink(FIRESWEEP_FAKE_WORKER, worker);
  }
};

TEST_CASE("The executor in memory keeps the contract") {
  FakeHarness harness;
  tests::check_executor_contract(harness);
}

TEST_CASE("The executor of local processes keeps the contract") {
  LocalHarness harness;
  tests::check_executor_contract(harness);
}

struct Loss {
  const char* trial;
  const char* reason;
  sweep::FailureCause cause;
};

TEST_CASE("A worker that misbehaves is killed, and its job closes with the reason") {
  const LocalHarness harness;
  const auto loss = GENERATE(values<Loss>({
      {"crash-1", "killed by signal 9 (Killed)", sweep::FailureCause::kSignal},
      {"exit-1", "exited with status 3", sweep::FailureCause::kExit},
      {"garbage-1", "sent an invalid event", sweep::FailureCause::kProtocol},
      {"misreport-1", "reported on a job that it was not assigned", sweep::FailureCause::kProtocol},
      {"deaf-1", "killed by signal 9 (Killed)", sweep::FailureCause::kSignal},
  }));
  const auto executor = harness.make(1);
  executor->submit(job(loss.trial, "run"));
  const auto lost = events_of<jobs::WorkerCrashed>(poll_until_closed(*executor, 1));
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].job_id == loss.trial);
  CHECK_THAT(lost[0].reason, Catch::Contains(loss.reason));
  CHECK(lost[0].cause == loss.cause);
}

TEST_CASE("A worker that uses more memory than it may is ended") {
  LocalHarness harness;
  harness.memory_limit_bytes = 64 << 20;
  const auto executor = harness.make(1);
  executor->submit(job("eat-1", "run"));
  const auto lost = events_of<jobs::WorkerCrashed>(poll_until_closed(*executor, 1));
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].cause == sweep::FailureCause::kMemory);
  CHECK_THAT(lost[0].reason, Catch::EndsWith("--memory-limit is 67.1 MB"));
  executor->submit(job("work-1", "run"));
  CHECK(events_of<jobs::TrialFinished>(poll_until_closed(*executor, 1)).size() == 1);
}

TEST_CASE("A worker that blocks a trial reports why and takes the next") {
  const LocalHarness harness;
  const auto executor = harness.make(1);
  executor->submit(job("block-1", "run"));
  const auto blocked = events_of<jobs::TrialBlocked>(poll_until_closed(*executor, 1));
  REQUIRE(blocked.size() == 1);
  CHECK(blocked[0].reason == "no space");
  executor->submit(job("work-1", "run"));
  CHECK(events_of<jobs::TrialFinished>(poll_until_closed(*executor, 1)).size() == 1);
}

TEST_CASE("What a worker prints on standard error goes to its log") {
  const LocalHarness harness;
  const auto executor = harness.make(1);
  executor->submit(job("exit-1", "run"));
  (void)poll_until_closed(*executor, 1);
  std::ifstream log(harness.directory.path() / "worker-0.log");
  std::string line;
  std::getline(log, line);
  CHECK(line == "giving up");
}

TEST_CASE("Workers that never come up end the run with the end of their log") {
  LocalHarness harness;
  harness.use_worker("mute-worker");
  const auto executor = harness.make(1);
  executor->submit(job("work-1", "run"));
  std::string message;
  try {
    (void)poll_until_closed(*executor, 1);
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK_THAT(message, Catch::StartsWith("the worker does not start: exited with status 5\n") &&
                          Catch::EndsWith("no library today"));
}

TEST_CASE("Workers that hang before they are ready end the run, not for ever") {
  LocalHarness harness;
  harness.use_worker("asleep-worker");
  harness.start_limit = std::chrono::milliseconds(150);
  const auto executor = harness.make(1);
  executor->submit(job("work-1", "run"));
  std::string message;
  try {
    (void)poll_until_closed(*executor, 1);
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK_THAT(message,
             Catch::StartsWith("the worker does not start: it was not ready within 0.15 s\n") &&
                 Catch::EndsWith("waiting for a disk"));
}

TEST_CASE("The limit for starting does not end a worker that is ready") {
  LocalHarness harness;
  harness.start_limit = std::chrono::milliseconds(1500);
  const auto executor = harness.make(1);
  executor->submit(job("hang-1", "run"));
  CHECK(tests::poll_for(*executor, std::chrono::milliseconds(2500)) == 0);
}

TEST_CASE("A worker is checked before a run by starting it") {
  LocalHarness harness;
  CHECK_NOTHROW(check_worker(harness.program(), {}));
  harness.use_worker("mute-worker");
  CHECK_THROWS_WITH(check_worker(harness.program(), {}),
                    harness.worker.string() +
                        ": the worker does not start: exited with status 5\nno library today");
}

TEST_CASE("A worker program that is not there is named with where the path came from") {
  CHECK_THROWS_WITH(find_worker("/nowhere/worker"),
                    "/nowhere/worker: no worker program there (from --worker or executor.worker)");
}

TEST_CASE("A program that can't be executed is an error when it is started") {
  const tests::ScratchDirectory directory;
  CHECK_THROWS_WITH(base::Subprocess({"/nowhere/worker"}, directory.path() / "log"),
                    "/nowhere/worker: can't start: No such file or directory");
}

TEST_CASE("Ending an executor ends its workers") {
  const LocalHarness harness;
  auto executor = harness.make(2);
  executor->submit(job("hang-1", "run"));
  (void)tests::poll_until(*executor, [](const std::vector<jobs::Event>& events) {
    return events_of<jobs::WorkerReady>(events).size() == 2;
  });
  executor.reset();
  // No child is left, neither running nor unreaped.
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

}  // namespace
}  // namespace firesweep::runners::schedule
