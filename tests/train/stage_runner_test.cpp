#include "runners/train/stage_runner.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "runners/train/trial_runner.h"
#include "sweep/store/run_directory.h"
#include "tests/train/catch.h"
#include "tests/train/support.h"

namespace firesweep::runners::train {
namespace {

constexpr const char* kTrial = "00000000000000aa";

/// A trained trial, and the job of a stage for it.
struct Setup {
  Setup() {
    base::create_directories(run.trial_directory(kTrial));
    TrialRunner runner(cache, torch::kCPU, nlohmann::json::object(), "w",
                       [](const jobs::Event&) {});
    runner.run({.trial_id = kTrial,
                .run_directory = run.root(),
                .content = content,
                .from_epoch = 0,
                .to_epoch = 2});
  }

  [[nodiscard]] jobs::Event carry_out(const std::string& stage) {
    return run_stage({.variant = sweep::make_variant(kTrial, stage, {{"scale", 2.0}}),
                      .run_directory = run.root(),
                      .data = {.image = {1, 16, 16}, .classes = 4},
                      .content = content},
                     cache, torch::kCPU, {{"host", "test"}});
  }

  ScratchDirectory scratch;
  DataCache cache{scratch.path() / "cache"};
  sweep::RunDirectory run{scratch.path() / "run"};
  sweep::TrialContent content{.dataset = tiny_dataset(),
                              .model = small_model({{"batch_norm", true}}),
                              .training = tiny_training(),
                              .seed = 1};
};

}  // namespace

TEST_CASE("A stage gets the trained network, and what it measures is kept") {
  Setup setup;
  const ScopedStageFunction scoped("probe", [](const StageInput& input) {
    CHECK_FALSE(input.network.is_training());
    const torch::NoGradGuard no_grad;
    const torch::Tensor logits =
        input.network.forward(torch::ones({1, 16, 16, 1}).permute({0, 3, 1, 2}));
    CHECK(logits.sizes() == torch::IntArrayRef{1, 4});
    const double scale = models::get_number(input.job.variant.settings, "scale");
    return std::map<std::string, double, std::less<>>{
        {"latency_ms", scale * logits.abs().sum().item<double>()}};
  });
  const jobs::Event event = setup.carry_out("probe");
  const auto& finished = std::get<jobs::StageFinished>(event);
  CHECK(finished.result.metrics.at("latency_ms") > 0.0);
  CHECK(finished.result.environment["host"] == "test");
  const auto kept = setup.run.load_variant(finished.result.variant);
  REQUIRE(kept);
  CHECK(kept->metrics == finished.result.metrics);
  const jobs::Event again = setup.carry_out("probe");
  CHECK(std::get<jobs::StageFinished>(again).result.metrics == kept->metrics);
}

TEST_CASE(
    "What a stage throws and lost weights fail the variant; a failing disk is the environment's") {
  Setup setup;
  const ScopedStageFunction scoped("probe", [](const StageInput&) {
    throw Error("can't be pruned");
    return std::map<std::string, double, std::less<>>{};
  });
  CHECK(std::get<jobs::JobFailed>(setup.carry_out("probe")).reason == "can't be pruned");
  CHECK(std::get<jobs::JobFailed>(setup.carry_out("absent")).reason ==
        "this worker has no stage 'absent'");
  std::filesystem::remove(setup.run.checkpoint_path(kTrial));
  CHECK_THAT(std::get<jobs::JobFailed>(setup.carry_out("probe")).reason,
             Catch::EndsWith("checkpoint.pt: the trial's weights are gone"));
  std::filesystem::create_directory(setup.run.checkpoint_path(kTrial));
  CHECK_THAT(std::get<jobs::TrialBlocked>(setup.carry_out("probe")).reason,
             Catch::Contains("checkpoint.pt"));
}

}  // namespace firesweep::runners::train
