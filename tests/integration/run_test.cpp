#include <csignal>
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
grid:
  SR: [0.25, 0.5]
  bypass: [none, simple, complex]
  seed: [1, 2]
)";

constexpr const char* kLibTorch = "engine=reference";
constexpr const char* kFused = "engine=fused";

constexpr const char* kLopsidedSweep = R"(name: lopsided
dataset: {name: idx, root: data, validation: 100}
model: {base_e: 16, incr_e: 8, SR: 0.5, conv1_filters: 8, fire_modules: 3, pool_after: [1, 3], final_relu: false, dropout: 0, batch_norm: false, weight_init: kaiming}
training: {epochs: 4, batch_size: 16, learning_rate: 0.05, gradient_clip_norm: 1, adaptive_clip: 0, warmup_steps: 20, class_weights: balanced}
)";

std::string big_endian(std::uint32_t number) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) {
    bytes += static_cast<char>(number >> static_cast<unsigned>(shift) & 0xFFU);
  }
  return bytes;
}

/// idx files of dark 12x12 images of class 0 and bright ones of class 1.
void write_two_classes(const Workplace& workplace, const std::string& part, std::uint32_t dark,
                       std::uint32_t bright) {
  constexpr std::uint32_t kSide = 12;
  const std::uint32_t count = dark + bright;
  std::string labels = big_endian(0x801) + big_endian(count);
  std::string images =
      big_endian(0x803) + big_endian(count) + big_endian(kSide) + big_endian(kSide);
  for (std::uint32_t i = 0; i < count; ++i) {
    labels += static_cast<char>(i < dark ? 0 : 1);
    for (std::uint32_t pixel = 0; pixel < kSide * kSide; ++pixel) {
      images += static_cast<char>((i < dark ? 20 : 200) + (i * 7 + pixel * 3) % 20);
    }
  }
  workplace.write("data/" + part + "-labels-idx1-ubyte", labels);
  workplace.write("data/" + part + "-images-idx3-ubyte", images);
}

/// `command` for the engine.
std::vector<std::string> with_engine(std::vector<std::string> command, const std::string& engine) {
  command.insert(command.end(), {"--set", engine});
  return command;
}

nlohmann::json results_of(const Workplace& workplace, const std::string& run) {
  return nlohmann::json::parse(workplace.read(run + "/results.json"));
}

/// What two runs of a sweep must agree on to the bit: every trial without its times.
nlohmann::json bits_of(const Workplace& workplace, const std::string& run) {
  nlohmann::json trials = nlohmann::json::object();
  for (nlohmann::json trial : results_of(workplace, run)["trials"]) {
    for (const char* timing : {"train_seconds", "images_per_second", "test_seconds"}) {
      trial.erase(timing);
    }
    for (nlohmann::json& epoch : trial["epochs"]) {
      for (const char* timing : {"seconds", "finished_at", "worker"}) {
        epoch.erase(timing);
      }
    }
    trials[trial["id"].get<std::string>()] = trial;
  }
  return trials;
}

}  // namespace

TEST_CASE("A sweep trains every trial once and reports it") {
  const Workplace workplace;
  workplace.write("tiny.yaml", kSweep);
  const Outcome run = workplace.firesweep({"run", "tiny.yaml", "--out", "run", "--jobs", "2"});
  CAPTURE(run.errors);
  REQUIRE(run.exit_code == 0);
  const nlohmann::json results = results_of(workplace, "run");
  CHECK(results["trials"].size() == 12);
  CHECK(results["points"].size() == 6);
  for (const nlohmann::json& trial : results["trials"]) {
    CAPTURE(trial.dump());
    CHECK(trial["state"] == "completed");
    CHECK(trial["epochs"].size() == 2);
    CHECK(trial["test_top1"].get<double>() > 0.3);
  }
  CHECK(results["hypervolume"].get<double>() > 0.0);
  CHECK(run.output.find("none") != std::string::npos);
  CHECK(workplace.read("run/results.csv").starts_with("id,state,SR,bypass,seed,parameters,"));
  CHECK(workplace.read("run/sweep.yaml") == kSweep);

  const Outcome again = workplace.firesweep({"run", "tiny.yaml", "--out", "run"});
  CHECK(again.exit_code == 0);
  CHECK(results_of(workplace, "run")["trials"] == results["trials"]);

  const Outcome compare =
      workplace.firesweep({"compare", "run", "--axis", "bypass", "--format", "json"});
  CAPTURE(compare.errors);
  CHECK(compare.exit_code == 0);
  CHECK(nlohmann::json::parse(compare.output).dump().find("simple") != std::string::npos);
}

TEST_CASE("Metrics are the same to the bit with one worker, with two, and in a file reordered") {
  const Workplace workplace;
  workplace.write("tiny.yaml", kSweep);
  std::string reordered = kSweep;
  reordered.replace(reordered.find("SR: [0.25, 0.5]\n  bypass: [none, simple, complex]"),
                    std::string("SR: [0.25, 0.5]\n  bypass: [none, simple, complex]").size(),
                    "bypass: [complex, none, simple]\n  SR: [0.5, 0.25]");
  workplace.write("reordered.yaml", reordered);
  const std::string engine = GENERATE(as<std::string>{}, kLibTorch, kFused);
  const auto run = [&](const char* file, const char* out, const char* jobs) {
    const Outcome outcome =
        workplace.firesweep(with_engine({"run", file, "--out", out, "--jobs", jobs}, engine));
    CAPTURE(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
  };
  run("tiny.yaml", "one", "1");
  run("tiny.yaml", "two", "2");
  run("reordered.yaml", "other", "2");
  CHECK(bits_of(workplace, "one") == bits_of(workplace, "two"));
  CHECK(bits_of(workplace, "one") == bits_of(workplace, "other"));
}

TEST_CASE("A killed or interrupted run resumes and is bit-identical to an uninterrupted one") {
  const Workplace workplace;
  workplace.write("tiny.yaml", kSweep);
  const std::string engine = GENERATE(as<std::string>{}, kLibTorch, kFused);
  REQUIRE(
      workplace.firesweep(with_engine({"run", "tiny.yaml", "--out", "whole"}, engine)).exit_code ==
      0);

  const int signal = GENERATE(SIGKILL, SIGINT);
  const std::vector<std::string> command =
      with_engine({"run", "tiny.yaml", "--out", "broken"}, engine);
  const Outcome broken = workplace.firesweep_until(command, "[ 3/12]", signal);
  CAPTURE(broken.errors);
  CHECK(broken.exit_code == (signal == SIGINT ? 130 : 128 + SIGKILL));
  const Outcome resumed = workplace.firesweep(command);
  CAPTURE(resumed.errors);
  REQUIRE(resumed.exit_code == 0);
  CHECK(bits_of(workplace, "broken") == bits_of(workplace, "whole"));
}

TEST_CASE("A run that was killed while it set up its directory can be started again") {
  const Workplace workplace;
  workplace.write("tiny.yaml", kSweep);
  workplace.write("run/sweep.yaml", kSweep);
  workplace.write("run/lock", "");
  workplace.write("run/.manifest.json.host.1.0.tmp", "{");
  const Outcome run = workplace.firesweep(
      {"run", "tiny.yaml", "--out", "run", "--set", "bypass=none", "--set", "grid.SR=[0.5]"});
  CAPTURE(run.errors);
  CHECK(run.exit_code == 0);
}

TEST_CASE("On 95:5 data a perfect network has learned, and a constant one has not") {
  const Workplace workplace;
  write_two_classes(workplace, "train", 950, 50);
  write_two_classes(workplace, "t10k", 95, 5);
  workplace.write("lopsided.yaml", kLopsidedSweep);
  const Outcome run = workplace.firesweep({"run", "lopsided.yaml", "--out", "run"});
  CAPTURE(run.errors);
  REQUIRE(run.exit_code == 0);
  const nlohmann::json trial = results_of(workplace, "run")["trials"][0];
  CHECK(trial["state"] == "completed");
  CHECK(trial["validation_balanced_accuracy"] == 1.0);
  const nlohmann::json result = nlohmann::json::parse(
      workplace.read("run/trials/" + trial["id"].get<std::string>() + "/result.json"));
  CHECK(result["metrics"]["test_balanced_accuracy"] == 1.0);
  CHECK(result["confusion"]["validation"].dump() == "[[0,0,95],[1,1,5]]");
  CHECK(result["confusion"]["test"].dump() == "[[0,0,95],[1,1,5]]");
  CHECK(result["recall"]["test"].dump() == "[1.0,1.0]");

  const Outcome stuck = workplace.firesweep(
      {"run", "lopsided.yaml", "--out", "stuck", "--set", "learning_rate=1e-8"});
  CHECK(stuck.exit_code == 1);
  const nlohmann::json reason = results_of(workplace, "stuck")["trials"][0]["reason"];
  CHECK_THAT(reason.get<std::string>(), Catch::Contains("is not above chance (95.00 %"));
}

TEST_CASE("Trials that fail to learn are reported, also by the exit code") {
  const Workplace workplace;
  workplace.write("tiny.yaml", kSweep);
  const Outcome run = workplace.firesweep(
      {"run", "tiny.yaml", "--out", "run", "--set", "learning_rate=1e-8", "--set", "bypass=none"});
  CAPTURE(run.errors);
  CHECK(run.exit_code == 1);
  CHECK((run.errors + run.output).find("is not above chance") != std::string::npos);
  for (const nlohmann::json& trial : results_of(workplace, "run")["trials"]) {
    CHECK(trial["state"] == "did_not_learn");
  }
  for (const nlohmann::json& point : results_of(workplace, "run")["points"]) {
    CHECK(point["n"] == 2);
    CHECK(point["validation_top1_mean"].is_number());
    CHECK_FALSE(point["on_front"].get<bool>());
  }
}

}  // namespace firesweep::integration
