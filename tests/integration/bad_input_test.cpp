#include <algorithm>
#include <cstdio>
#include <memory>

#include <catch2/catch.hpp>

#include "tests/integration/program.h"

namespace firesweep::integration {

namespace {

constexpr const char* kHead =
    "name: bad\ndataset: {name: synthetic, shape: [1, 12, 12], classes: 4, train: 256, "
    "validation: 80}\n";

struct Case {
  std::string name;
  std::string yaml;
  std::vector<std::string> arguments;  // besides run bad.yaml --out run
  std::string error;                   // part of the one line on standard error
};

// An idx file: magic of three dimensions, 10 images of 2x2 announced, 4 bytes there.
const std::string kTruncatedImages("\0\0\x08\x03\0\0\0\x0a\0\0\0\x02\0\0\0\x02zzzz", 20);
const std::string kLabels("\0\0\x08\x01\0\0\0\x0a\0\1\2\0\1\2\0\1\2\0", 18);

}  // namespace

TEST_CASE("Bad input gets one clear error and exit code 2, and leaves no run directory") {
  const std::string model = "model: {base_e: 16, pool_after: [1]}\n";
  const auto bad = GENERATE_COPY(values<Case>({
      {"empty file", "", {}, "the file is empty"},
      {"no YAML", "a: [1, 2\nb: }", {}, "bad.yaml:"},
      {"unknown key",
       kHead + std::string("training: {learning_rte: 0.1}\n"),
       {},
       "did you mean 'learning_rate'?"},
      {"duplicate key", kHead + std::string("grid: {SR: [0.1], SR: [0.2]}\n"), {}, "bad.yaml:3:"},
      {"wrong type", kHead + std::string("training: {epochs: many}\n"), {}, "bad.yaml:3:"},
      {"out of range",
       kHead + std::string("grid: {pct_3x3: [0.5, 1.5]}\n"),
       {},
       "expected a number from 0 to 1"},
      {"empty axis", kHead + std::string("grid: {SR: []}\n"), {}, "bad.yaml:3:"},
      {"impossible design", kHead + model + "grid: {pct_3x3: [0.0001]}\n", {}, "no 3x3 filters"},
      {"image too small",
       kHead + std::string("model: {pool_after: [1, 2, 3, 4]}\n"),
       {},
       "too many pools"},
      {"too few images", kHead + model, {"--set", "dataset.validation=0"}, "validation"},
      {"unknown override", kHead + model, {"--set", "epoch=3"}, "'epochs'"},
      {"unknown data set", "name: bad\ndataset: {name: fashion}\n", {}, "fashion-mnist"},
      {"missing data files", "name: bad\ndataset: {name: idx, root: nowhere}\n", {}, "nowhere"},
      {"truncated data",
       "name: bad\ndataset: {name: idx, root: data, validation: 3}\nmodel: {base_e: 16, "
       "pool_after: []}\n",
       {},
       "train-images-idx3-ubyte"},
      {"plan-only data",
       "name: bad\ndataset: {name: imagenet}\nmodel: {preset: v1.0}\n",
       {},
       "planned"},
      {"no such worker", kHead + model, {"--worker", "nowhere/worker"}, "nowhere/worker"},
      {"no jobs", kHead + model, {"--jobs", "0"}, "--jobs"},
      {"unwritable run directory", kHead + model, {"--out", "bad.yaml/run"}, "bad.yaml"},
  }));
  const Workplace workplace;
  workplace.write("bad.yaml", bad.yaml);
  for (const char* part : {"train", "t10k"}) {
    workplace.write(std::string("data/") + part + "-images-idx3-ubyte", kTruncatedImages);
    workplace.write(std::string("data/") + part + "-labels-idx1-ubyte", kLabels);
  }
  std::vector<std::string> command = {"run", "bad.yaml"};
  command.insert(command.end(), bad.arguments.begin(), bad.arguments.end());
  if (std::ranges::find(command, "--out") == command.end()) {
    command.insert(command.end(), {"--out", "run"});
  }
  const Outcome outcome = workplace.firesweep(command);
  CAPTURE(bad.name, outcome.errors, outcome.output);
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.errors.find(bad.error) != std::string::npos);
  std::string_view error = outcome.errors;
  while (error.starts_with("warning: ")) {
    error.remove_prefix(error.find('\n') + 1);
  }
  CHECK(error.starts_with("firesweep: "));
  CHECK(std::ranges::count(error, '\n') <= 2);  // a usage error adds a pointer to --help
  CHECK_FALSE(std::filesystem::exists(workplace.path() / "run"));
}

TEST_CASE("A missing sweep file and a missing run directory are named") {
  const Workplace workplace;
  const Outcome run = workplace.firesweep({"run", "absent.yaml"});
  CHECK(run.exit_code == 2);
  CHECK(run.errors.find("absent.yaml") != std::string::npos);
  const Outcome report = workplace.firesweep({"report", "absent"});
  CHECK(report.exit_code == 2);
  CHECK(report.errors.find("absent") != std::string::npos);
}

TEST_CASE("A directory that holds another sweep, or anything else, is refused and left alone") {
  const Workplace workplace;
  const std::string sweep =
      kHead +
      std::string("model: {base_e: 16, fire_modules: 2, pool_after: [1]}\ntraining: {epochs: 1}\n");
  workplace.write("a.yaml", sweep);
  REQUIRE(workplace.firesweep({"run", "a.yaml", "--out", "run"}).exit_code != 2);
  const std::string manifest = workplace.read("run/manifest.json");
  std::string renamed = sweep;
  renamed.replace(renamed.find("name: bad"), 9, "name: other");
  workplace.write("b.yaml", renamed);
  const Outcome other =
      workplace.firesweep({"run", "b.yaml", "--out", "run", "--set", "learning_rate=0.01"});
  CHECK(other.exit_code == 2);
  CHECK(other.errors.find("another sweep") != std::string::npos);
  CHECK(workplace.read("run/manifest.json") == manifest);

  workplace.write("home/letter.txt", "dear all");
  CHECK(workplace.firesweep({"run", "a.yaml", "--out", "home"}).exit_code == 2);
  CHECK(workplace.read("home/letter.txt") == "dear all");
  CHECK_FALSE(std::filesystem::exists(workplace.path() / "home/manifest.json"));
}

TEST_CASE("The coordinator does not load LibTorch") {
  const std::string command = std::string("ldd ") + FIRESWEEP_BINARY_DIR + "/firesweep";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  REQUIRE(pipe);
  std::string libraries;
  for (int c = 0; (c = std::fgetc(pipe.get())) != EOF;) {
    libraries += static_cast<char>(c);
  }
  CHECK(libraries.find("libyaml-cpp") != std::string::npos);  // ldd printed something
  CHECK(libraries.find("torch") == std::string::npos);
}

}  // namespace firesweep::integration
