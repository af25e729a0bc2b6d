// Where `run` trains trials: sweep file, profiles, --executor and --set together.
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/cli/command.h"

namespace firesweep::cli {
namespace {

class Choice {
 public:
  explicit Choice(const std::string& executor = "") {
    workplace_.write("s.yaml",
                     "name: my-study\n"
                     "dataset: {name: synthetic, shape: [1, 12, 12], classes: 4, train: 64, "
                     "validation: 16, test: 16}\n"
                     "model: {base_e: 16, incr_e: 8, conv1_filters: 8, fire_modules: 2, "
                     "pool_after: [1]}\n"
                     "training: {epochs: 1, batch_size: 16}\n"
                     "grid: {seed: [1, 2, 3, 4, 5, 6]}\n" +
                         executor);
    std::filesystem::create_directories(workplace_.path() / ".config" / "firesweep");
    workplace_.write(".config/firesweep/executors.yaml",
                     "small: {kind: slurm, partition: short, time: 10m, workers: 3}\n");
  }

  [[nodiscard]] Answer dry_run(std::vector<std::string> words) const {
    words.insert(words.begin(), {"run", "s.yaml", "--dry-run", "--worker", FIRESWEEP_FAKE_WORKER});
    return workplace_.firesweep(words);
  }

 private:
  integration::Workplace workplace_;
};

}  // namespace

TEST_CASE("An executor key in --set overrides the profile in the job script") {
  const Answer profile = Choice().dry_run({"--executor", "small"});
  CHECK_THAT(profile.output,
             Catch::Contains("#SBATCH --time=00:10:00\n") && Catch::Contains(" --array=0-2 "));
  const Answer set = Choice().dry_run(
      {"--executor", "small", "--set", "executor.time=4h", "--set", "executor.workers=2"});
  CHECK_THAT(set.output, Catch::Contains("#SBATCH --partition=short\n") &&
                             Catch::Contains("#SBATCH --time=04:00:00\n") &&
                             Catch::Contains(" --array=0-1 ") &&
                             Catch::Contains(" --job-name=firesweep-my-study-"));
}

TEST_CASE("Settings of an executor that was not chosen are an error, not a run on this machine") {
  const Answer answer = Choice().dry_run({"--set", "executor.time=4h"});
  CHECK(answer.exit_code == 2);
  CHECK_THAT(answer.errors, Catch::Contains("--set executor.time: the sweep file has no executor"));
  CHECK(Choice("executor: {kind: slurm}\n").dry_run({"--set", "executor.time=4h"}).exit_code == 0);
}

TEST_CASE("What Slurm can't do is found before anything is made") {
  const Choice choice("executor: {kind: slurm, time: 10m}\n");
  const Answer signal = choice.dry_run({"--set", "executor.signal=30m"});
  CHECK(signal.exit_code == 2);
  CHECK_THAT(signal.errors, Catch::Contains("executor.signal is 1800 s and executor.time 600 s"));
  const Answer backslash = choice.dry_run({"--out", "runs/a\\b"});
  CHECK(backslash.exit_code == 2);
  CHECK_THAT(backslash.errors, Catch::Contains("can't name logs in a directory with a backslash"));
}

}  // namespace firesweep::cli
