#include "runners/schedule/rate_workers.h"

#include <chrono>
#include <filesystem>
#include <set>

#include <catch2/catch.hpp>

#include "tests/support/scratch_directory.h"

namespace firesweep::runners::schedule {
namespace {

/// The fake worker under a name that selects what it does.
struct RateWorker {
  tests::ScratchDirectory directory;
  WorkerProgram program;

  explicit RateWorker(const char* name) : program{directory.path() / name, 1, directory.path()} {
    std::filesystem::create_symlink(FIRESWEEP_FAKE_WORKER, program.path);
  }

  [[nodiscard]] std::vector<RateAnswer> answers(std::size_t jobs, std::chrono::milliseconds limit,
                                                const OnRateAnswer& on_answer = {}) const {
    std::vector<jobs::RateJob> made(jobs);
    for (std::size_t i = 0; i < jobs; ++i) {
      made[i].content.dataset.name = "synthetic";
      made[i].test.steps = static_cast<std::int64_t>(11 + i);
    }
    return test_rates_on_workers(program, std::vector<WorkerPlace>(2), made, limit, on_answer);
  }
};

}  // namespace

TEST_CASE("More tests than workers are all done, each answer at the place of its job") {
  const RateWorker worker("rate-worker");
  std::set<std::size_t> seen;
  const auto answers = worker.answers(
      5, std::chrono::minutes(1), [&](std::size_t job, const RateAnswer&) { seen.insert(job); });
  REQUIRE(answers.size() == 5);
  CHECK(seen == std::set<std::size_t>{0, 1, 2, 3, 4});
  for (std::size_t i = 0; i < answers.size(); ++i) {
    CHECK(answers[i].error.empty());
    CHECK(answers[i].losses.losses.size() == 11 + i);
  }
}

TEST_CASE("A design whose rates can't be tested has the worker's reason") {
  const RateWorker worker("refusing-worker");
  const auto answers = worker.answers(2, std::chrono::minutes(1));
  CHECK(answers.at(0).error == "no bf16 here");
  CHECK(answers.at(1).error == "no bf16 here");
}

TEST_CASE("Tests that do not end are given up, those that wait, too") {
  const RateWorker worker("hanging-worker");
  const auto answers = worker.answers(3, std::chrono::milliseconds(300));
  for (const RateAnswer& answer : answers) {
    CHECK(answer.error == "not done within 0.3 s; the worker was killed");
  }
}

}  // namespace firesweep::runners::schedule
