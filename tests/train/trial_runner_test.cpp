#include "runners/train/trial_runner.h"

#include <catch2/catch.hpp>

#include "sweep/file_io.h"
#include "sweep/run_directory.h"
#include "tests/train/support.h"

namespace firesweep::runners {

namespace {

constexpr const char* kId = "00000000000000aa";

struct Setup {
  ScratchDirectory scratch;
  DataCache cache{scratch.path() / "cache"};
  std::vector<Event> events;
  TrialRunner runner{cache, torch::kCPU, {{"host", "test"}}, [this](const Event& event) {
                       events.push_back(event);
                     }};

  [[nodiscard]] TrainJob job(const std::string& run, const Changes& recipe = {},
                             std::int64_t to_epoch = 2) const {
    return {.trial_id = kId,
            .run_directory = scratch.path() / run,
            .content = {.dataset = tiny_dataset(),
                        .model = small_model({{"batch_norm", true}}),
                        .training = tiny_training(recipe),
                        .seed = 4},
            .from_epoch = 0,
            .to_epoch = to_epoch};
  }

  const sweep::TrialResult& train(const TrainJob& job) {
    std::filesystem::create_directories(
        sweep::RunDirectory(job.run_directory).trial_directory(kId));
    runner.run(job);
    return std::get<TrialFinished>(events.back()).result;
  }
};

// Weight decay times learning rate beyond 2: every step makes the weights larger.
const Changes kExploding = {{"learning_rate", 100.0},
                            {"weight_decay", 1.0},
                            {"gradient_clip_norm", 0.0},
                            {"schedule", std::string("constant")}};

/// Everything but what may differ between two runs: times.
std::vector<double> bits_of(const sweep::RunDirectory& run) {
  std::vector<double> values;
  for (const sweep::EpochMetrics& epoch : run.load_epochs(kId)) {
    values.insert(values.end(), {epoch.train_loss, epoch.validation_loss, epoch.validation_top1,
                                 epoch.validation_top5, epoch.learning_rate});
  }
  const auto result = run.load_result(kId);
  values.insert(values.end(), {result->validation_top1.value_or(-1), result->test_top1.value_or(-1),
                               result->test_top5.value_or(-1)});
  return values;
}

}  // namespace

TEST_CASE("A finished trial leaves epochs, a checkpoint and a result") {
  Setup setup;
  const TrainJob job = setup.job("run");
  const sweep::TrialResult result = setup.train(job);
  CHECK(result.state == sweep::TrialState::kCompleted);
  CHECK(result.epochs == 2);
  CHECK(result.images_per_second > 0.0);
  CHECK(*result.validation_top1 > 0.4);
  CHECK(result.environment["host"] == "test");
  const sweep::RunDirectory run(job.run_directory);
  CHECK(run.load_epochs(kId).size() == 2);
  CHECK(run.load_result(kId)->test_top1 == result.test_top1);
  CHECK(std::filesystem::exists(run.checkpoint_path(kId)));
}

TEST_CASE("A trial trained in two jobs, or after a lost checkpoint, has the bits of one job") {
  Setup setup;
  const TrainJob whole = setup.job("whole");
  setup.train(whole);
  const auto expected = bits_of(sweep::RunDirectory(whole.run_directory));

  const TrainJob first = setup.job("parts", {}, 1);
  const sweep::RunDirectory run(first.run_directory);
  std::filesystem::create_directories(run.trial_directory(kId));
  setup.runner.run(first);
  CHECK(std::get<TrialPaused>(setup.events.back()).epoch == 1);
  CHECK_FALSE(run.load_result(kId).has_value());
  SECTION("the second job goes on from the checkpoint") {}
  SECTION("the checkpoint is torn") {
    sweep::write_file_atomically(run.checkpoint_path(kId), "PK");
  }
  SECTION("the metrics are gone") {
    std::filesystem::remove(run.epochs_path(kId));
  }
  SECTION("there are metrics past the checkpoint") {
    const std::string text = sweep::read_file(run.epochs_path(kId));
    auto next = nlohmann::json::parse(text);
    next["epoch"] = 2;
    sweep::write_file_atomically(run.epochs_path(kId), text + next.dump() + "\n");
  }
  setup.train(setup.job("parts"));
  CHECK(bits_of(run) == expected);
}

TEST_CASE("A trial that explodes is diverged, one that stays at chance did not learn") {
  Setup setup;
  const auto diverged = setup.train(setup.job("diverged", kExploding));
  CHECK(diverged.state == sweep::TrialState::kDiverged);
  CHECK(diverged.reason.starts_with("training loss became NaN or infinite at step "));
  CHECK_FALSE(diverged.test_top1.has_value());

  const auto stuck = setup.train(setup.job("stuck", {{"learning_rate", 1e-8}}));
  CHECK(stuck.state == sweep::TrialState::kDidNotLearn);
  CHECK(stuck.reason.find("is not above chance (0.2500") != std::string::npos);
  CHECK(stuck.test_top1.has_value());
}

TEST_CASE("A trial that throws is a failed result with its reason, and the runner goes on") {
  Setup setup;
  TrainJob job = setup.job("failed");
  job.content.dataset.name = "fashion-mnist";
  job.content.dataset.shape.reset();
  job.content.dataset.classes.reset();
  job.content.dataset.root = setup.scratch.path() / "nowhere";
  const auto failed = setup.train(job);
  CHECK(failed.state == sweep::TrialState::kFailed);
  CHECK(failed.reason.find("nowhere") != std::string::npos);
  CHECK(setup.train(setup.job("after")).state == sweep::TrialState::kCompleted);
}

}  // namespace firesweep::runners
