#include "runners/train/trial_runner.h"

#include <algorithm>

#include "base/atomic_file.h"
#include "sweep/store/run_directory.h"
#include "tests/train/catch.h"
#include "tests/train/support.h"

namespace firesweep::runners::train {

namespace {

constexpr const char* kId = "00000000000000aa";

struct Setup {
  ScratchDirectory scratch;
  DataCache cache{scratch.path() / "cache"};
  std::vector<jobs::Event> events;
  TrialRunner runner{
      cache, torch::kCPU, {{"host", "test"}}, "worker 7", [this](const jobs::Event& event) {
        events.push_back(event);
      }};

  [[nodiscard]] jobs::TrainJob job(const std::string& run, const Changes& recipe = {},
                                   std::int64_t to_epoch = 2, bool batch_norm = true) const {
    return {.trial_id = kId,
            .run_directory = scratch.path() / run,
            .content = {.dataset = tiny_dataset(),
                        .model = small_model({{"batch_norm", batch_norm}, {"dropout", 0.3}}),
                        .training = tiny_training(recipe),
                        .seed = 4},
            .from_epoch = 0,
            .to_epoch = to_epoch};
  }

  const sweep::TrialResult& train(const jobs::TrainJob& job) {
    std::filesystem::create_directories(
        sweep::RunDirectory(job.run_directory).trial_directory(kId));
    runner.run(job);
    return std::get<jobs::TrialFinished>(events.back()).result;
  }
};

// Weight decay times learning rate beyond 2: every step makes the weights larger.
const Changes kExploding = {{"learning_rate", 100.0},
                            {"weight_decay", 1.0},
                            {"gradient_clip_norm", 0.0},
                            {"schedule", std::string("constant")}};

/// Everything except times, which may differ between two runs.
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
  const jobs::TrainJob job = setup.job("run");
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
  const auto stored = run.load_result(kId);
  REQUIRE((stored->validation_confusion && stored->test_confusion));
  CHECK(stored->validation_confusion->images() == 100);
  CHECK(stored->test_confusion->images() == 80);
  REQUIRE(stored->normalization);
  CHECK(stored->normalization->mean.size() == 1);
  CHECK(stored->normalization->deviation.at(0) > 0.0);
  REQUIRE((stored->validation_correct && stored->test_correct));
  CHECK(stored->validation_correct->images() == 100);
  CHECK(stored->validation_correct->correct() == stored->validation_confusion->correct());
  CHECK(stored->test_correct->correct() == stored->test_confusion->correct());
  CHECK(stored->metrics.at("test_balanced_accuracy") ==
        stored->test_confusion->balanced_accuracy());
  CHECK(stored->metrics.at("validation_macro_f1") == stored->validation_confusion->macro_f1());
}

TEST_CASE("A trial that was lost after its last epoch ends with the same result") {
  Setup setup;
  const jobs::TrainJob job = setup.job("run");
  setup.train(job);
  const sweep::RunDirectory run(job.run_directory);
  const auto before = run.load_result(kId);
  std::filesystem::remove(run.result_path(kId));
  setup.train(job);
  const auto after = run.load_result(kId);
  CHECK(after->validation_top1 == before->validation_top1);
  CHECK((after->validation_confusion == before->validation_confusion));
  CHECK((after->test_confusion == before->test_confusion));
  CHECK(after->metrics == before->metrics);
}

TEST_CASE("A trial trained in two jobs, or after a lost checkpoint, is bit-identical to one job") {
  Setup setup;
  const bool batch_norm = GENERATE(true, false);
  const Changes recipe = {{"engine", GENERATE(as<std::string>{}, "fused", "reference")}};
  const jobs::TrainJob whole = setup.job("whole", recipe, 2, batch_norm);
  setup.train(whole);
  const auto expected = bits_of(sweep::RunDirectory(whole.run_directory));

  const jobs::TrainJob first = setup.job("parts", recipe, 1, batch_norm);
  const sweep::RunDirectory run(first.run_directory);
  std::filesystem::create_directories(run.trial_directory(kId));
  setup.runner.run(first);
  CHECK(std::get<jobs::TrialPaused>(setup.events.back()).epoch == 1);
  CHECK_FALSE(run.load_result(kId).has_value());
  SECTION("the second job resumes from the checkpoint") {}
  SECTION("the checkpoint is truncated") {
    base::write_file_atomically(run.checkpoint_path(kId), "PK");
  }
  SECTION("the metrics are missing") {
    std::filesystem::remove(run.epochs_path(kId));
  }
  SECTION("there are metrics past the checkpoint") {
    const std::string text = base::read_file(run.epochs_path(kId));
    auto next = nlohmann::json::parse(text);
    next["epoch"] = 2;
    base::write_file_atomically(run.epochs_path(kId), text + next.dump() + "\n");
  }
  setup.train(setup.job("parts", recipe, 2, batch_norm));
  CHECK(bits_of(run) == expected);
}

TEST_CASE("A trial whose weights explode is diverged, one at chance level did not learn") {
  Setup setup;
  const auto diverged = setup.train(setup.job("diverged", kExploding));
  CHECK(diverged.state == sweep::TrialState::kDiverged);
  CHECK(diverged.reason.starts_with("training loss became NaN or infinite at step "));
  CHECK_FALSE(diverged.test_top1.has_value());
  CHECK_FALSE(diverged.validation_confusion.has_value());

  const auto stuck = setup.train(setup.job("stuck", {{"learning_rate", 1e-8}}));
  CHECK(stuck.state == sweep::TrialState::kDidNotLearn);
  CHECK(stuck.reason.find("is not above chance (25.00 %") != std::string::npos);
  CHECK(stuck.test_top1.has_value());
  CHECK(stuck.validation_confusion.has_value());
}

TEST_CASE("Data that can't be read or have changed block a trial without a result") {
  Setup setup;
  jobs::TrainJob job = setup.job("blocked");
  std::string expected;
  SECTION("gone") {
    job.content.dataset.name = "fashion-mnist";
    job.content.dataset.shape.reset();
    job.content.dataset.classes.reset();
    job.content.dataset.root = setup.scratch.path() / "nowhere";
    expected = "nowhere";
  }
  SECTION("changed") {
    job.dataset_checksum = "other";
    expected = "the data of 'synthetic' have changed";
  }
  setup.runner.run(job);
  CHECK(std::get<jobs::TrialBlocked>(setup.events.back()).reason.find(expected) !=
        std::string::npos);
  CHECK_FALSE(sweep::RunDirectory(job.run_directory).has_result(kId));
  CHECK(setup.train(setup.job("after")).state == sweep::TrialState::kCompleted);
}

TEST_CASE("A directory that can't be written blocks a trial without a result") {
  Setup setup;
  const jobs::TrainJob job = setup.job("run");
  const sweep::RunDirectory run(job.run_directory);
  std::filesystem::create_directories(run.epochs_path(kId) / "in the way");
  setup.runner.run(job);
  CHECK(std::holds_alternative<jobs::TrialBlocked>(setup.events.back()));
  CHECK_FALSE(run.has_result(kId));
}

TEST_CASE("A trial that throws becomes a failed result with its reason, and the runner continues") {
  Setup setup;
  jobs::TrainJob job = setup.job("failed");
  job.content.model.erase(job.content.model.find("base_e"));
  const auto failed = setup.train(job);
  CHECK(failed.state == sweep::TrialState::kFailed);
  REQUIRE(failed.failure);
  CHECK(failed.failure->cause == sweep::FailureCause::kException);
  CHECK(failed.failure->attempts == 1);
  CHECK(failed.failure->command.starts_with("firesweep train "));
  CHECK(setup.train(setup.job("after")).state == sweep::TrialState::kCompleted);
}

TEST_CASE("The previous checkpoint is used when the newest is unusable, bit-identically") {
  Setup setup;
  const Changes three = {{"epochs", std::int64_t{3}}};
  const jobs::TrainJob whole = setup.job("whole", three, 3);
  setup.train(whole);
  const auto expected = bits_of(sweep::RunDirectory(whole.run_directory));

  const jobs::TrainJob first = setup.job("parts", three, 2);
  const sweep::RunDirectory run(first.run_directory);
  std::filesystem::create_directories(run.trial_directory(kId));
  setup.runner.run(first);
  const std::string newest = base::read_file(run.checkpoint_path(kId));
  const std::string previous = base::read_file(run.previous_checkpoint_path(kId));
  std::size_t epochs_again = 1;
  SECTION("the newest is truncated") {
    const auto share = GENERATE(range(0, 10));
    base::write_file_atomically(run.checkpoint_path(kId),
                                newest.substr(0, newest.size() * std::size_t(share) / 10));
    epochs_again = 2;
  }
  SECTION("a bit of the newest is flipped") {
    std::string damaged = newest;
    damaged[newest.size() * std::size_t(GENERATE(range(0, 10))) / 10] ^= 4;
    base::write_file_atomically(run.checkpoint_path(kId), damaged);
    epochs_again = 2;
  }
  SECTION("the newest is missing: the process ended between two renames") {
    std::filesystem::remove(run.checkpoint_path(kId));
    epochs_again = 2;
  }
  SECTION("the previous one is damaged, but not needed") {
    base::write_file_atomically(run.previous_checkpoint_path(kId), "PK");
  }
  SECTION("both are damaged") {
    base::write_file_atomically(run.checkpoint_path(kId), "PK");
    base::write_file_atomically(run.previous_checkpoint_path(kId), previous.substr(1));
    epochs_again = 3;
  }
  SECTION("the newest is another trial's") {
    const auto other = setup.job("other", three, 1);
    std::filesystem::create_directories(run.trial_directory("00000000000000bb"));
    jobs::TrainJob foreign = first;
    foreign.trial_id = "00000000000000bb";
    setup.runner.run(foreign);
    std::filesystem::copy_file(run.checkpoint_path("00000000000000bb"), run.checkpoint_path(kId),
                               std::filesystem::copy_options::overwrite_existing);
    epochs_again = 2;
  }
  setup.events.clear();
  setup.train(setup.job("parts", three, 3));
  CHECK(bits_of(run) == expected);
  CHECK(std::count_if(setup.events.begin(), setup.events.end(), [](const jobs::Event& event) {
          return std::holds_alternative<jobs::TrialEpoch>(event);
        }) == static_cast<std::ptrdiff_t>(epochs_again));
  CHECK_FALSE(std::filesystem::exists(run.previous_checkpoint_path(kId)));
}

TEST_CASE("A longer training resumes from a shorter one's checkpoint, bit-identical to one job") {
  Setup setup;
  const Changes constant = {{"schedule", std::string("constant")}};
  Changes longer = constant;
  longer.emplace_back("epochs", std::int64_t{4});
  const jobs::TrainJob whole = setup.job("whole", longer, 4);
  setup.train(whole);

  jobs::TrainJob shorter = setup.job("grown", constant);
  shorter.trial_id = "00000000000000bb";
  const sweep::RunDirectory run(shorter.run_directory);
  std::filesystem::create_directories(run.trial_directory(shorter.trial_id));
  setup.runner.run(shorter);
  setup.events.clear();
  std::int64_t first_epoch = 3;
  SECTION("whose checkpoint is complete") {}
  SECTION("whose checkpoint is damaged, and is left where it is") {
    base::write_file_atomically(run.checkpoint_path(shorter.trial_id), "PK");
    first_epoch = 1;
  }
  jobs::TrainJob job = setup.job("grown", longer, 4);
  job.continue_from = shorter.trial_id;
  setup.train(job);
  CHECK(bits_of(run) == bits_of(sweep::RunDirectory(whole.run_directory)));
  // Progress is reported by the clock, so it may come before the end of the first epoch.
  const auto trained = std::find_if(
      setup.events.begin(), setup.events.end(),
      [](const jobs::Event& event) { return std::holds_alternative<jobs::TrialEpoch>(event); });
  REQUIRE(trained != setup.events.end());
  CHECK(std::get<jobs::TrialEpoch>(*trained).metrics.epoch == first_epoch);
  CHECK(std::filesystem::exists(run.checkpoint_path(shorter.trial_id)));
  CHECK(run.load_epochs(shorter.trial_id).size() == 2);
}

}  // namespace firesweep::runners::train
