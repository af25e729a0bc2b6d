// Final seeds of chosen designs, as a user adds them.
#include <csignal>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/integration/program.h"

namespace firesweep::integration {

namespace {

constexpr const char* kSweep = R"(name: tiny
dataset: {name: synthetic, shape: [1, 12, 12], classes: 4, train: 1600, validation: 200, test: 80}
model: {base_e: 16, incr_e: 8, conv1_filters: 8, fire_modules: 3, pool_after: [1, 3], final_relu: false, batch_norm: true}
training: {epochs: 1, batch_size: 16, learning_rate: 0.05, gradient_clip_norm: 1}
grid:
  SR: [0.25, 0.5]
  seed: [1, 2]
)";

nlohmann::json results_of(const Workplace& workplace) {
  return nlohmann::json::parse(workplace.read("run/results.json"));
}

}  // namespace

TEST_CASE("Final seeds are added to the best design, killed, resumed and kept") {
  const Workplace workplace;
  workplace.write("tiny.yaml", kSweep);
  REQUIRE(workplace.firesweep({"run", "tiny.yaml", "--out", "run"}).exit_code == 0);
  const nlohmann::json before = results_of(workplace);
  CHECK_FALSE(before.contains("final_trials"));

  const std::vector<std::string> add{"run",    "tiny.yaml", "--out",   "run",
                                     "--only", "best",      "--seeds", "4"};
  const std::string moment = GENERATE(as<std::string>{}, "final seeds for 1 design: 3, 4", "[3/4]");
  const Outcome killed = workplace.firesweep_until(add, moment, SIGKILL);
  CAPTURE(killed.errors);
  CHECK(killed.exit_code == 128 + SIGKILL);
  CHECK(workplace.firesweep({"status", "run"}).exit_code == 0);
  const Outcome added = workplace.firesweep(add);
  CAPTURE(added.errors);
  REQUIRE(added.exit_code == 0);

  const nlohmann::json after = results_of(workplace);
  CHECK(after["trials"] == before["trials"]);
  CHECK(after["hypervolume"] == before["hypervolume"]);
  REQUIRE(after["final_trials"].size() == 2);
  CHECK(after["final_trials"][0]["seed"] == 3);
  CHECK(after["final_trials"][1]["seed"] == 4);
  CHECK(after["final_states"]["completed"] == 2);
  CHECK_THAT(added.output, Catch::Contains("on 2 final seeds, which had no part in the choice"));

  const Outcome plain = workplace.firesweep({"run", "tiny.yaml", "--out", "run"});
  CAPTURE(plain.errors);
  CHECK(plain.exit_code == 0);
  CHECK_THAT(plain.errors, Catch::Contains("6 trials of 2 designs (with 2 final trials)") &&
                               Catch::Contains("nothing is left to train") &&
                               !Catch::Contains("removed"));
  CHECK(results_of(workplace)["final_trials"] == after["final_trials"]);
  const std::string id = after["final_trials"][0]["id"];
  CHECK_THAT(workplace.firesweep({"show", "run", id}).output, Catch::Contains("a final seed"));
  CHECK(workplace.firesweep({"train", "run", id}).exit_code == 0);
  const auto status =
      nlohmann::json::parse(workplace.firesweep({"status", "run", "--format", "json"}).output);
  CHECK(status["trials"] == 6);
}

TEST_CASE("--only best without results is an error that says what to do first") {
  const Workplace workplace;
  workplace.write("tiny.yaml", kSweep);
  const Outcome outcome =
      workplace.firesweep({"run", "tiny.yaml", "--out", "run", "--only", "best", "--seeds", "4"});
  CHECK(outcome.exit_code == 2);
  CHECK_THAT(outcome.errors, Catch::Contains("first run the sweep without --only"));
}

}  // namespace firesweep::integration
