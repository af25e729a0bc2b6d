#include "runners/schedule/bench_workers.h"

#include <chrono>
#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/support/scratch_directory.h"

namespace firesweep::runners::schedule {
namespace {

jobs::DesignSpeed with_steps_at(std::vector<double> ended_at) {
  jobs::DesignSpeed speed;
  speed.step.ended_at = std::move(ended_at);
  return speed;
}

constexpr std::chrono::minutes kPatience{1};

/// The fake worker under a name that selects what it does.
struct Named {
  tests::ScratchDirectory directory;
  WorkerProgram program;

  explicit Named(const char* name) : program{directory.path() / name, 1, directory.path()} {
    std::filesystem::create_symlink(FIRESWEEP_FAKE_WORKER, program.path);
  }
};

jobs::BenchJob job_of(double seconds) {
  jobs::BenchJob job;
  job.data = {.image = {1, 8, 8}, .classes = 10};
  job.seconds = seconds;
  return job;
}

}  // namespace

TEST_CASE("Every worker measures the job, on the protocol of all jobs") {
  const Named worker("worker");
  const auto speeds =
      measure_on_workers(worker.program, std::vector<WorkerPlace>(2), job_of(0.5), kPatience);
  REQUIRE(speeds.size() == 2);
  CHECK(speeds[0].engine == "fake");
  CHECK(speeds[1].step.seconds == 0.5);  // of the job, not of the short one before it
}

TEST_CASE("A measuring worker that does not answer is killed with one error") {
  const Named worker("hanging-worker");
  CHECK_THROWS_WITH(measure_on_workers(worker.program, std::vector<WorkerPlace>(1), job_of(0.5),
                                       std::chrono::milliseconds(300)),
                    "the measuring worker did not answer for 0.3 s and was killed");
}

TEST_CASE("A worker that can't measure a design reports why") {
  const Named worker("refusing-worker");
  CHECK_THROWS_WITH(
      measure_on_workers(worker.program, std::vector<WorkerPlace>(1), job_of(0.5), kPatience),
      "no bf16 here");
}

TEST_CASE("The limit of a measurement grows with its seconds and with workers per processor") {
  const auto alone = measuring_limit(job_of(1.0), 1, 4);
  CHECK(alone > std::chrono::minutes(10));
  CHECK(measuring_limit(job_of(101.0), 1, 4) - alone == std::chrono::seconds(2000));
  CHECK(measuring_limit(job_of(1.0), 4, 4) == alone);
  CHECK(measuring_limit(job_of(1.0), 8, 4) == 2 * alone);
}

TEST_CASE("Workers together are as fast as their steps in the time they have in common") {
  CHECK(steps_per_second({with_steps_at({10, 11, 12, 13})}) == Approx(1.0));
  // One is three times as fast while it waits for the other and after it: that does not count.
  CHECK(steps_per_second({with_steps_at({0, 1, 2, 3, 4}), with_steps_at({2, 4, 5, 6})}) ==
        Approx((2.0 + 1.0) / 2.0));
  CHECK(steps_per_second({with_steps_at({0, 2, 4}), with_steps_at({1, 3, 5})}) ==
        Approx((1.5 + 1.5) / 3.0));
}

TEST_CASE("Two trials on one processor are not twice as fast as one") {
  // They take turns; each step takes 1 s of the processor, and 2 s when both want it.
  CHECK(steps_per_second({with_steps_at({1, 3, 5, 7}), with_steps_at({2, 4, 6, 8})}) ==
        Approx(1.0));
}

TEST_CASE("Without a time in common there is no common speed") {
  CHECK(steps_per_second({}) == 0.0);
  CHECK(steps_per_second({with_steps_at({1, 2}), with_steps_at({})}) == 0.0);
  CHECK(steps_per_second({with_steps_at({1, 2}), with_steps_at({2, 3})}) == 0.0);
}

}  // namespace firesweep::runners::schedule
