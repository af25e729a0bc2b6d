#include <cstdint>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/integration/program.h"

namespace firesweep::integration {

namespace {

constexpr const char* kSweep = R"(name: tiny
dataset: {name: synthetic, shape: [1, 12, 12], classes: 4, train: 2000, validation: 200, test: 80}
model: {base_e: 16, incr_e: 8, conv1_filters: 8, fire_modules: 3, pool_after: [1, 3], final_relu: false, dropout: 0.5, weight_init: kaiming, batch_norm: true}
training: {epochs: 2, batch_size: 16, learning_rate: 0.05, gradient_clip_norm: 1, adaptive_clip: 0, warmup_steps: 0, crop_padding: 1}
grid: {SR: [0.25, 0.5], seed: [1]}
)";

}  // namespace

TEST_CASE("A trial of a run can be shown, and trained again bit-identical") {
  const Workplace workplace;
  workplace.write("tiny.yaml", kSweep);
  REQUIRE(workplace.firesweep({"run", "tiny.yaml", "--out", "run"}).exit_code == 0);
  const auto trials = nlohmann::json::parse(workplace.read("run/results.json")).at("trials");
  const std::string id = trials[1].at("id");

  const Outcome status = workplace.firesweep({"status", "run", "--format", "json", "--watch"});
  CHECK(nlohmann::json::parse(status.output).at("states").at("completed") == 2);

  const Outcome show = workplace.firesweep({"show", "run", id, "--format", "json"});
  const nlohmann::json shown = nlohmann::json::parse(show.output);
  CHECK(shown.at("parameters") == trials[1].at("parameters"));
  CHECK(shown.at("result").at("test_top1") == trials[1].at("test_top1"));
  CHECK(shown.at("checkpoint_bytes").get<std::int64_t>() > 0);

  const Outcome logs = workplace.firesweep({"logs", "run", id, "--follow"});
  CHECK_THAT(logs.output, Catch::StartsWith("trial " + id + " to epoch 2: worker "));

  const Outcome again = workplace.firesweep({"train", "run", id, "--out", "again"});
  CAPTURE(again.errors, again.output);
  CHECK(again.exit_code == 0);
  CHECK_THAT(again.output,
             Catch::EndsWith("bit-identical to what is recorded (2 epochs and the result)\n"));
  CHECK(workplace.firesweep({"train", "again", id}).exit_code == 0);
}

TEST_CASE("A recorded metric that training does not reproduce is found") {
  const Workplace workplace;
  workplace.write("tiny.yaml", kSweep);
  REQUIRE(workplace.firesweep({"run", "tiny.yaml", "--out", "run"}).exit_code == 0);
  const auto trials = nlohmann::json::parse(workplace.read("run/results.json")).at("trials");
  const std::string id = trials[0].at("id");
  const std::string result_path = "run/trials/" + id + "/result.json";
  nlohmann::json result = nlohmann::json::parse(workplace.read(result_path));
  result["test_top5"] = 0.987;
  workplace.write(result_path, result.dump());
  const Outcome again = workplace.firesweep({"train", "run", id});
  CHECK(again.exit_code == 1);
  CHECK_THAT(again.output, Catch::Contains("  test_top5: recorded 0.987, now "));
}

}  // namespace firesweep::integration
