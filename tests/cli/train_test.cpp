#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/atomic_file.h"
#include "cli/train_progress.h"
#include "runners/data/dataset.h"
#include "tests/cli/command.h"
#include "tests/cli/support.h"

namespace firesweep::cli {
namespace {

/// The sample run with the checksum of its data, as a run has it.
class TrainableRun : public SampleRun {
 public:
  TrainableRun() {
    sweep::Manifest with_data = manifest();
    with_data.dataset_checksum =
        runners::data::open_dataset(with_data.dataset, workplace_.path() / "cache").checksum();
    directory().update(with_data, "name: sample\n");
  }

  [[nodiscard]] const integration::Workplace& workplace() const { return workplace_; }

  [[nodiscard]] Answer train(std::vector<std::string> words,
                             const std::string& worker = FIRESWEEP_FAKE_WORKER) const {
    words.insert(words.begin(), {"train", directory().root().string()});
    words.insert(words.end(), {"--worker", worker});
    return workplace_.firesweep(words);
  }

  /// A worker that takes the job, says something and ends.
  [[nodiscard]] std::string dying_worker() const {
    workplace_.write("worker",
                     "#!/bin/sh\n"
                     "echo '{\"event\":\"ready\",\"environment\":{}}'\n"
                     "while read -r job; do\n"
                     "  mkdir -p again/trials/" +
                         id(1) + "\n  echo no luck today > again/trials/" + id(1) +
                         "/worker.log\n  exit 3\ndone\n");
    const std::filesystem::path path = workplace_.path() / "worker";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path.string();
  }

 private:
  integration::Workplace workplace_;
};

/// What the fake worker reports of every trial.
void record_fake_result(const SampleRun& run, std::size_t trial, double test_top1) {
  sweep::TrialResult result = completed_result(run.id(trial));
  result.validation_top1 = result.validation_top5 = 0.8;
  result.test_top1 = test_top1;
  result.test_top5 = 0.7;
  REQUIRE(run.directory().write_result(result));
}

std::size_t files_in(const std::filesystem::path& path) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::recursive_directory_iterator(path), {}));
}

}  // namespace

TEST_CASE("A trial is trained somewhere else and its run left as it was") {
  const TrainableRun run;
  const std::size_t files = files_in(run.directory().root());
  const Answer answer = run.train({run.id(1).substr(0, 6)});
  CAPTURE(answer.errors, answer.output);
  CHECK(answer.exit_code == 0);
  CHECK_THAT(answer.errors,
             Catch::Contains(run.id(1) + " SR=0.25 seed=2: 2 epochs with 1 thread") &&
                 Catch::Contains("epoch 1/2: ") && Catch::Contains("epoch 2/2: "));
  CHECK_THAT(answer.output,
             Catch::Contains("completed, validation top-1 80.00 %") &&
                 Catch::Contains("nothing is recorded of this trial to compare with\n"));
  CHECK(files_in(run.directory().root()) == files);
}

TEST_CASE("The exit status says whether the bits are those that are recorded") {
  const TrainableRun run;
  record_fake_result(run, 0, 0.7);
  record_fake_result(run, 1, 0.71);
  const Answer same = run.train({run.id(0)});
  CAPTURE(same.errors, same.output);
  CHECK(same.exit_code == 0);
  CHECK_THAT(same.output,
             Catch::Contains("bit-identical to what is recorded (0 epochs and the result)"));
  const Answer other = run.train({run.id(1)});
  CHECK(other.exit_code == 1);
  CHECK_THAT(other.output, Catch::Contains("  test_top1: recorded 0.71, now 0.7\n"));
}

TEST_CASE("With --out the directory is a run of the one trial, and must be new") {
  const TrainableRun run;
  const Answer answer = run.train({run.id(0), "--out", "again"});
  CAPTURE(answer.errors);
  REQUIRE(answer.exit_code == 0);
  const sweep::RunDirectory again(run.workplace().path() / "again");
  CHECK(again.load_manifest().trials.size() == 1);
  CHECK(again.has_result(run.id(0)));
  const Answer twice = run.train({run.id(0), "--out", "again"});
  CHECK(twice.exit_code == 2);
  CHECK_THAT(twice.errors, Catch::Contains("--out again: is not empty"));
}

TEST_CASE("A trial that fails is not tried again; its log is printed") {
  const TrainableRun run;
  const Answer answer = run.train({run.id(1), "--out", "again"}, run.dying_worker());
  CAPTURE(answer.errors, answer.output);
  CHECK(answer.exit_code == 1);
  CHECK_THAT(answer.output, Catch::Contains("failed; 0 epochs") &&
                                Catch::Contains("the worker crashed: exited with status 3"));
  CHECK_THAT(answer.errors, Catch::EndsWith("the worker's log:\nno luck today\n"));
}

TEST_CASE("Other data, an unknown trial and a missing worker are bad input") {
  const TrainableRun run;
  CHECK_THAT(run.train({"zz"}).errors, Catch::Contains("trial 'zz': no id of the 4 trials"));
  CHECK_THAT(run.train({run.id(0)}, "/nowhere").errors, Catch::Contains("/nowhere"));
  sweep::Manifest other = run.manifest();
  other.dataset_checksum = "0123";
  run.directory().update(other, "");
  const Answer answer = run.train({run.id(0)});
  CHECK(answer.exit_code == 2);
  CHECK_THAT(answer.errors, Catch::Contains("was trained on other data of 'synthetic' (checksum "
                                            "0123, now "));
}

TEST_CASE("On a terminal the epoch under way is drawn over, elsewhere it is not shown") {
  const bool terminal = GENERATE(true, false);
  std::string shown;
  TrainProgress progress([&shown](std::string_view text) { shown += text; }, terminal, 2);
  runners::schedule::RunState state({{"aa", "seed=1", 1.0, 2}}, 0, 1);
  state.started("aa", 0.0);
  progress.turned(state, 0.0);
  CHECK(shown.empty());
  state.progressed({"aa", 1, 50, 100, 1000.0});
  progress.turned(state, 1.0);
  progress.turned(state, 1.1);
  CHECK(shown == (terminal ? "\r\x1b[Kepoch 1/2: 50 %, 1000 images/s" : ""));
  progress.epoch_over(sample_epoch(1));
  CHECK(shown == (terminal ? "\r\x1b[Kepoch 1/2: 50 %, 1000 images/s\r\x1b[K" : std::string()) +
                     "epoch 1/2: train loss 1.5000, validation loss 1.2500, top-1 30.00 %, "
                     "learning rate 0.05, 7.0 s\n");
}

}  // namespace firesweep::cli
