#include <filesystem>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/integration/program.h"

namespace firesweep::integration {

namespace {

constexpr const char* kSweep = R"(name: tiny
dataset: {name: synthetic, shape: [1, 12, 12], classes: 4, train: 2000, validation: 200, test: 80}
model: {base_e: 16, incr_e: 8, conv1_filters: 8, fire_modules: 3, pool_after: [1, 3]}
training: {epochs: 2, batch_size: 16, crop_padding: 1}
grid:
  SR: [0.25, 0.5, 1]
  bypass: [none, complex]
)";

nlohmann::json bench(const Workplace& workplace, const std::vector<std::string>& more) {
  std::vector<std::string> words{"bench", "tiny.yaml", "--seconds", "0.1", "--format", "json"};
  words.insert(words.end(), more.begin(), more.end());
  const Outcome outcome = workplace.firesweep(words);
  INFO(outcome.errors);
  REQUIRE(outcome.exit_code == 0);
  return nlohmann::json::parse(outcome.output);
}

}  // namespace

TEST_CASE("Bench measures the cheapest and the most expensive design, and plan estimates from it") {
  const Workplace workplace;
  workplace.write("tiny.yaml", kSweep);
  CHECK_THAT(workplace.firesweep({"plan", "tiny.yaml"}).output,
             Catch::Contains("no time estimate"));
  const nlohmann::json answer = bench(workplace, {"--designs", "2", "--jobs", "2"});
  const auto& designs = answer.at("designs");
  REQUIRE(designs.size() == 2);
  CHECK(designs[0].at("design") == "SR=0.25 bypass=none");
  CHECK(designs[1].at("design") == "SR=1 bypass=complex");
  CHECK(designs[0].at("macs") < designs[1].at("macs"));
  CHECK(answer.at("limits").at("fp32_flops_per_second") > 1e8);
  for (const auto& design : designs) {
    CHECK_THAT(design.at("engine_used").get<std::string>(), Catch::StartsWith("fused, fp32"));
    const auto& step = design.at("step");
    CHECK(step.at("seconds_min") <= step.at("seconds"));
    CHECK(step.at("seconds") <= step.at("seconds_max"));
    CHECK(step.at("shares").at("convolution_layers") > 0.1);
    CHECK(design.at("layers").front().at("name") == "conv1");
    CHECK(design.at("layers").front().at("backward").at("flops_per_second") > 1e6);
    CHECK_THAT(design.at("layers").at(2).at("implementations").get<std::string>(),
               Catch::Contains("expand3x3"));
    CHECK(design.at("at_once").at("jobs") == 2);
    CHECK(design.at("at_once").at("images_per_second") > 0);
  }
  CHECK_THAT(workplace.firesweep({"plan", "tiny.yaml"}).output, Catch::Contains(" on one core"));
}

TEST_CASE("Bench reports which engine ran and why not the other") {
  const Workplace workplace;
  workplace.write("tiny.yaml", kSweep);
  const nlohmann::json answer =
      bench(workplace, {"--designs", "1", "--jobs", "1", "--set", "engine=reference"});
  const auto& design = answer.at("designs").at(0);
  CHECK(design.at("engine_used") == "reference, fp32 (as asked for)");
  CHECK(design.at("layers").empty());
  CHECK(design.at("at_once").is_null());
  CHECK(design.at("step").at("images_per_second") > 0);
}

TEST_CASE("Bench suggests a learning rate from the sweep's own data and leaves nothing behind") {
  const Workplace workplace;
  workplace.write("tiny.yaml", kSweep);
  std::vector<std::string> words{"bench", "tiny.yaml", "--learning-rate", "--designs", "2"};
  // Networks as small as these seldom learn in some hundred steps without batch normalisation.
  for (const char* const value :
       {"gradient_clip_norm=1", "final_relu=false", "dropout=0", "batch_norm=true", "batch_size=64",
        "grid.SR=[0.25, 0.5]", "grid.bypass=[none]"}) {
    words.insert(words.end(), {"--set", value});
  }
  const Outcome outcome = workplace.firesweep(words);
  INFO(outcome.errors);
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, Catch::Contains("\nSR=0.25 bypass=none: ") &&
                                 Catch::Contains("\nSR=0.5 bypass=none: ") &&
                                 Catch::Contains("engine: fused, fp32") &&
                                 Catch::Contains("\n  --set learning_rate=0."));
  CHECK(workplace.firesweep(words).output.substr(0, 60) == outcome.output.substr(0, 60));
  CHECK_FALSE(std::filesystem::exists(workplace.path() / "runs"));
  CHECK_THAT(workplace.firesweep({"plan", "tiny.yaml"}).output,
             Catch::Contains("no time estimate"));
}

}  // namespace firesweep::integration
