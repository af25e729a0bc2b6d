// A family that the program doesn't know, the whole way: planned, trained by workers with
// LibTorch's modules in both engines, reported.
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "models/family.h"
#include "runners/run/run_sweep.h"
#include "runners/schedule/progress_sink.h"
#include "sweep/store/run_directory.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/tiny_family.h"

namespace firesweep::runners::run {
namespace {

struct SilentProgress final : schedule::ProgressSink {
  void trial_finished(const schedule::RunState&, const sweep::TrialResult&, double) override {}
  void note(std::string_view) override {}
  void turned(const schedule::RunState&, double) override {}
  void ended() override {}
};

constexpr const char* kSweep = R"(name: second
dataset: {name: synthetic, shape: [1, 12, 12], classes: 4, train: 800, validation: 100, test: 80}
model: {family: tiny, first_dropout: 0.1, second_dropout: 0.1}
training: {epochs: 2, batch_size: 16, learning_rate: 0.05, warmup_steps: 0, gradient_clip_norm: 1, adaptive_clip: 0}
grid: {width: [8, 16], engine: [fused, reference]}
)";

/// Weights and biases at width w: 3x3 on one channel, all 12x12 pixels of w channels, linear.
constexpr std::int64_t parameters_at(std::int64_t w) {
  return (9 * w + w) + (12 * 12 * w * w + w) + (4 * w + 4);
}

/// A run of the sweep in a directory of its own.
struct FamilyRun {
  explicit FamilyRun(const char* worker) {
    base::write_file_atomically(scratch.path() / "s.yaml", kSweep);
    RunOptions options;
    options.config = scratch.path() / "s.yaml";
    options.out = out();
    options.worker = worker;
    options.placement.jobs = 2;
    options.placement.affinity = "none";
    SilentProgress progress;
    answer = run_sweep(options, progress);
  }

  [[nodiscard]] std::filesystem::path out() const { return scratch.path() / "run"; }
  [[nodiscard]] nlohmann::json results() const {
    return nlohmann::json::parse(base::read_file(out() / "results.json"));
  }

  models::ScopedFamily family{tests::tiny_family()};
  tests::ScratchDirectory scratch;
  RunAnswer answer;
};

}  // namespace

TEST_CASE("A second family is planned, trained by both engines of a worker, and reported") {
  const FamilyRun run(FIRESWEEP_TINY_WORKER);
  CHECK(run.answer.result == RunResult::kDone);
  const nlohmann::json results = run.results();
  REQUIRE(results.at("points").size() == 4);
  REQUIRE(results.at("trials").size() == 4);
  const sweep::RunDirectory directory(run.out());
  for (const nlohmann::json& trial : results.at("trials")) {
    const std::string engine = trial.at("axes").at("engine");
    const auto width = trial.at("axes").at("width").get<std::int64_t>();
    CAPTURE(engine, width, trial.at("reason").dump());
    CHECK(trial.at("state") == "completed");
    CHECK(trial.at("test_top1").get<double>() > 0.5);  // chance: 0.25
    CHECK(trial.at("parameters") == parameters_at(width));
    const auto result = directory.load_result(trial.at("id").get<std::string>());
    REQUIRE(result);
    CHECK_THAT(result->environment.at("engine").get<std::string>(), Catch::StartsWith(engine));
  }
  CHECK_THAT(run.answer.text, Catch::Contains("width") && !Catch::Contains("bypass"));
  CHECK_THAT(base::read_file(run.out() / "results.csv"), Catch::Contains("width"));
}

TEST_CASE("A worker without the family reports each of its trials as failed") {
  const FamilyRun run(FIRESWEEP_PLAIN_WORKER);
  CHECK(run.answer.result == RunResult::kSomeTrialsFailed);
  for (const nlohmann::json& trial : run.results().at("trials")) {
    CHECK(trial.at("state") == "failed");
    CHECK_THAT(trial.at("reason").get<std::string>(), Catch::Contains("tiny"));
  }
}

}  // namespace firesweep::runners::run
