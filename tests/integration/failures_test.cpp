// Trials that fail, runs that stop early, sweeps that grow: as a user sees them.
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/integration/program.h"

namespace firesweep::integration {

namespace {

constexpr const char* kSweep = R"(name: tiny
dataset: {name: synthetic, shape: [1, 12, 12], classes: 4, train: 1600, validation: 200, test: 80}
model: {base_e: 16, incr_e: 8, conv1_filters: 8, fire_modules: 3, pool_after: [1, 3], final_relu: false, dropout: 0.5, weight_init: kaiming, batch_norm: true}
training: {epochs: 1, batch_size: 16, learning_rate: 0.05, gradient_clip_norm: 1, adaptive_clip: 0, warmup_steps: 0}
grid:
  SR: [0.25, 0.5]
  seed: [1]
)";

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

nlohmann::json trials_of(const Workplace& workplace) {
  return nlohmann::json::parse(workplace.read("run/results.json"))["trials"];
}

struct Tiny {
  Workplace workplace;
  Tiny() { workplace.write("tiny.yaml", kSweep); }

  [[nodiscard]] Outcome run(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"run", "tiny.yaml", "--out", "run"});
    return workplace.firesweep(options);
  }
};

}  // namespace

TEST_CASE("Trials over the memory limit fail with cause and command, and can be trained again") {
  const Tiny tiny;
  const Outcome failed = tiny.run({"--memory-limit", "20MB"});
  CAPTURE(failed.errors);
  REQUIRE(failed.exit_code == 1);
  CHECK(contains(failed.errors, "2 trials failed"));
  CHECK(contains(failed.errors, "--retry-failed"));
  std::string id;
  for (const nlohmann::json& trial : trials_of(tiny.workplace)) {
    id = trial["id"];
    CHECK(trial["state"] == "failed");
    CHECK(trial["failure"]["cause"] == "memory");
    CHECK(trial["failure"]["attempts"] == 1);
    CHECK(contains(trial["failure"]["command"], "firesweep train "));
  }
  const Outcome again = tiny.run({"--retry-failed"});
  CAPTURE(again.errors);
  CHECK(again.exit_code == 0);
  CHECK(contains(again.errors, "2 failed trials to be trained again"));
  CHECK(contains(tiny.workplace.read("run/trials/" + id + "/failed-1.json"), "memory"));
}

TEST_CASE("bf16 on a processor without it stops the run with the reason, and loses nothing") {
  const Tiny tiny;
  // oneDNN's own switch: the processor's bf16 instructions are not to be used.
  setenv("ONEDNN_MAX_CPU_ISA", "AVX512_CORE", 1);
  const Outcome refused = tiny.run({"--set", "precision=bf16"});
  const Outcome emulated = tiny.workplace.firesweep(
      {"run", "tiny.yaml", "--out", "emulated", "--set", "precision=bf16-emulated"});
  setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1);
  const Outcome impossible = tiny.workplace.firesweep(
      {"run", "tiny.yaml", "--out", "impossible", "--set", "precision=bf16-emulated"});
  unsetenv("ONEDNN_MAX_CPU_ISA");
  CAPTURE(impossible.errors);
  CHECK(impossible.exit_code == 2);
  CHECK(contains(impossible.errors, "has no AVX-512"));
  CAPTURE(refused.errors);
  CHECK(refused.exit_code == 2);
  CHECK(contains(refused.errors, "has no bf16 instructions; expected fp32, or bf16-emulated"));
  CHECK(contains(refused.errors, "with 0 of 2 trials finished; resume with: "));
  CAPTURE(emulated.errors);
  CHECK(emulated.exit_code == 0);
}

TEST_CASE("With --fail-fast a run stops at the first failure, and resumes later") {
  const Tiny tiny;
  const Outcome stopped = tiny.run({"--trial-timeout", "0.001s", "--fail-fast", "--jobs", "1"});
  CAPTURE(stopped.errors);
  CHECK(stopped.exit_code == 1);
  CHECK(contains(stopped.errors, "stopped after 1 failed trial with 1 of 2 trials finished"));
  const Outcome rest = tiny.run();
  CAPTURE(rest.errors);
  CHECK(rest.exit_code == 1);  // the failed one has a result
  const auto trials = trials_of(tiny.workplace);
  CHECK(std::count_if(trials.begin(), trials.end(), [](const nlohmann::json& trial) {
          return trial["state"] == "failed" && trial["failure"]["cause"] == "timeout";
        }) == 1);
}

TEST_CASE("A sweep that grows trains what is new and announces it") {
  const Tiny tiny;
  REQUIRE(tiny.run().exit_code == 0);
  const auto before = trials_of(tiny.workplace);
  const Outcome foreseen = tiny.run({"--set", "seed=[1, 2]", "--dry-run"});
  CHECK(foreseen.exit_code == 0);
  CHECK(contains(foreseen.errors, "the sweep has changed: 2 trials new, 2 as before\n"));
  CHECK(trials_of(tiny.workplace) == before);

  const Outcome grown = tiny.run({"--set", "seed=[1, 2]"});
  CAPTURE(grown.errors);
  REQUIRE(grown.exit_code == 0);
  CHECK(contains(grown.errors, "2 trials to train, 2 already finished"));
  CHECK(trials_of(tiny.workplace).size() == 4);
  CHECK(nlohmann::json::parse(tiny.workplace.read("run/manifest.json"))["history"].size() == 1);

  const Outcome shrunk = tiny.run({"--set", "seed=[2]", "--set", "grid.SR=[0.5]"});
  CAPTURE(shrunk.errors);
  CHECK(shrunk.exit_code == 0);
  CHECK(contains(shrunk.errors, "3 removed"));
  CHECK(contains(shrunk.errors, "nothing is left to train"));
  CHECK(trials_of(tiny.workplace).size() == 1);
}

TEST_CASE("A longer training under a constant rate continues from the shorter one") {
  const Tiny tiny;
  const std::vector<std::string> one{"--set", "schedule=constant", "--set", "grid.SR=[0.25]"};
  REQUIRE(tiny.run(one).exit_code == 0);
  std::vector<std::string> three = one;
  three.insert(three.end(), {"--set", "epochs=3"});
  REQUIRE(tiny.run(three).exit_code == 0);
  const auto trials = trials_of(tiny.workplace);
  REQUIRE(trials.size() == 1);
  const std::string id = trials[0]["id"];
  CHECK(
      contains(tiny.workplace.read("run/trials/" + id + "/worker.log"), "resuming after epoch 1"));
  const Outcome same = tiny.workplace.firesweep({"train", "run", id});  // from scratch
  CAPTURE(same.output, same.errors);
  CHECK(same.exit_code == 0);
}

TEST_CASE("Only chosen trials are trained") {
  const Tiny tiny;
  const Outcome plan = tiny.workplace.firesweep({"plan", "tiny.yaml", "--format", "json"});
  const std::string id = nlohmann::json::parse(plan.output)["trials"][1]["id"];
  const Outcome run = tiny.run({"--only", id.substr(0, 6)});
  CAPTURE(run.errors);
  CHECK(run.exit_code == 0);
  for (const nlohmann::json& trial : trials_of(tiny.workplace)) {
    CHECK(trial["state"] == (trial["id"] == id ? "completed" : "pending"));
  }
  CHECK(contains(run.errors, "[1/1]"));
  CHECK(tiny.run({"--only", "zz"}).exit_code == 2);
}

TEST_CASE("A log that can't be written keeps no trial from being trained") {
  const Tiny tiny;
  const Outcome plan = tiny.workplace.firesweep({"plan", "tiny.yaml", "--format", "json"});
  const auto trials = nlohmann::json::parse(plan.output)["trials"];
  REQUIRE(tiny.run({"--only", trials[0]["id"]}).exit_code == 0);
  const auto directory = tiny.workplace.path() / "run/trials" / trials[1]["id"].get<std::string>();
  std::filesystem::create_directories(directory);
  std::filesystem::create_symlink("/dev/full", directory / "worker.log");
  const Outcome run = tiny.run();
  CAPTURE(run.errors);
  CHECK(run.exit_code == 0);
  CHECK_FALSE(contains(run.errors, "lost"));
}

TEST_CASE("A GPU that is not there is refused before anything is made") {
  const Tiny tiny;
  const Outcome run = tiny.run({"--device", "cuda:7"});
  CHECK(run.exit_code == 2);
  CHECK(contains(run.errors, "--device cuda:7"));
  CHECK_FALSE(std::filesystem::exists(tiny.workplace.path() / "run"));
}

TEST_CASE("A damaged result is set aside and trained again, bit-identical") {
  const Tiny tiny;
  REQUIRE(tiny.run().exit_code == 0);
  const nlohmann::json before = trials_of(tiny.workplace);
  const std::string id = before.at(0).at("id");
  const std::string result = "run/trials/" + id + "/result.json";
  tiny.workplace.write(result, tiny.workplace.read(result).substr(0, 100));
  const Outcome report = tiny.workplace.firesweep({"report", "run", "--no-html"});
  CAPTURE(report.output, report.errors);
  CHECK(report.exit_code == 0);
  CHECK(contains(report.output + report.errors, "result.json: not valid JSON"));
  const Outcome dry = tiny.run({"--dry-run"});
  CHECK(contains(dry.errors, "1 trial to train"));
  const Outcome again = tiny.run();
  CAPTURE(again.errors);
  CHECK(again.exit_code == 0);
  CHECK(contains(again.errors, "renames it"));
  const nlohmann::json after = trials_of(tiny.workplace);
  CHECK(after.at(0).at("test_top1") == before.at(0).at("test_top1"));
  CHECK(after.at(0).at("validation_top1") == before.at(0).at("validation_top1"));
  CHECK(std::filesystem::exists(tiny.workplace.path() / "run/trials" / id / "unusable-1.json"));
}

TEST_CASE("A run that has lost its manifest gets a new one, and nothing is trained twice") {
  const Tiny tiny;
  REQUIRE(tiny.run().exit_code == 0);
  tiny.workplace.write("run/manifest.json", "{\"schema_version\": ");
  const Outcome damaged = tiny.run();
  CHECK(damaged.exit_code == 2);
  CHECK(contains(damaged.errors, "Remove this file and run the same sweep on run"));
  std::filesystem::remove(tiny.workplace.path() / "run/manifest.json");
  const Outcome again = tiny.run();
  CAPTURE(again.errors);
  CHECK(again.exit_code == 0);
  CHECK(contains(again.errors, "warning: run has no manifest.json"));
  CHECK(contains(again.errors, "nothing is left to train"));
}

TEST_CASE("logs reports what the worker could not know") {
  const Tiny tiny;
  REQUIRE(tiny.run({"--trial-timeout", "0.01s"}).exit_code == 1);
  const std::string id = trials_of(tiny.workplace).at(0).at("id");
  const Outcome logs = tiny.workplace.firesweep({"logs", "run", id});
  CHECK(contains(logs.errors, "failed: "));
}

TEST_CASE("A subcommand that does not exist is named") {
  const Tiny tiny;
  const Outcome outcome = tiny.workplace.firesweep({"rnu", "tiny.yaml"});
  CHECK(outcome.exit_code == 2);
  CHECK(contains(outcome.errors, "unknown subcommand 'rnu'; expected data, plan, run, "));
}

}  // namespace firesweep::integration
