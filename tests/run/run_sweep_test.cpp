#include "runners/run/run_sweep.h"

#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "sweep/store/run_directory.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::runners::run {
namespace {

/// Keeps what a run reports.
struct Notes final : schedule::ProgressSink {
  void trial_finished(const schedule::RunState&, const sweep::TrialResult& result,
                      double) override {
    finished.push_back(result.id);
  }
  void note(std::string_view line) override { lines.emplace_back(line); }
  void turned(const schedule::RunState&, double) override {}
  void ended() override { ++ends; }

  std::vector<std::string> lines;
  std::vector<std::string> finished;
  int ends = 0;
};

/// Three seeds of one small design, trained by a worker that only reports that it trained.
class SmallSweep {
 public:
  SmallSweep() {
    base::write_file_atomically(config(),
                                "name: small\n"
                                "dataset: {name: synthetic, shape: [1, 12, 12], classes: 4, "
                                "train: 64, validation: 16, test: 16}\n"
                                "model: {base_e: 16, incr_e: 8, conv1_filters: 8, "
                                "fire_modules: 2, pool_after: [1]}\n"
                                "training: {epochs: 2, batch_size: 16}\n"
                                "grid: {seed: [1, 2, 3]}\n");
  }

  [[nodiscard]] RunOptions options() const {
    RunOptions options;
    options.config = config();
    options.out = out();
    options.worker = FIRESWEEP_FAKE_WORKER;
    options.placement.jobs = 2;
    options.placement.affinity = "none";
    return options;
  }
  [[nodiscard]] std::filesystem::path out() const { return scratch_.path() / "run"; }

 private:
  [[nodiscard]] std::filesystem::path config() const { return scratch_.path() / "s.yaml"; }

  tests::ScratchDirectory scratch_;
};

}  // namespace

TEST_CASE("A dry run reports what it would train and writes nothing") {
  const SmallSweep sweep;
  RunOptions options = sweep.options();
  options.dry_run = true;
  Notes notes;
  const RunAnswer answer = run_sweep(options, notes);
  CHECK(answer.result == RunResult::kDone);
  CHECK(answer.text.empty());
  CHECK(answer.notes.empty());
  REQUIRE(notes.lines.size() == 2);
  CHECK(notes.lines[0] == "small: 3 trials of 1 design in " + sweep.out().string());
  CHECK_FALSE(std::filesystem::exists(sweep.out()));
}

TEST_CASE("A run answers with its front and the files written; a second one has nothing to train") {
  const SmallSweep sweep;
  const RunOptions options = sweep.options();
  Notes notes;
  const RunAnswer answer = run_sweep(options, notes);
  CHECK(answer.result == RunResult::kDone);
  CHECK(notes.finished.size() == 3);
  CHECK(notes.ends >= 1);
  CHECK_THAT(answer.text, Catch::Contains("80.0"));  // what the worker reports for each
  REQUIRE(answer.notes.size() >= 2);
  CHECK_THAT(answer.notes.front(), Catch::StartsWith("wrote "));
  CHECK_THAT(answer.notes.back(), Catch::StartsWith("3 trials ended in 0:"));
  CHECK(std::filesystem::exists(sweep.out() / "results.json"));

  Notes again;
  const RunAnswer second = run_sweep(options, again);
  CHECK(second.result == RunResult::kDone);
  CHECK(again.finished.empty());
  CHECK(again.lines.back() == "nothing is left to train");
  CHECK(second.text == answer.text);
}

TEST_CASE("A result that can't be read is reported, set aside and trained again") {
  const SmallSweep sweep;
  Notes first;
  (void)run_sweep(sweep.options(), first);
  const sweep::RunDirectory directory(sweep.out());
  base::write_file_atomically(directory.result_path(first.finished.front()), "{");
  Notes notes;
  const RunAnswer answer = run_sweep(sweep.options(), notes);
  CHECK(answer.result == RunResult::kDone);
  CHECK(notes.finished == std::vector<std::string>{first.finished.front()});
  CHECK_THAT(notes.lines.front(), Catch::Contains("result.json"));
}

TEST_CASE("An unknown trial id is an error before anything is written") {
  const SmallSweep sweep;
  RunOptions options = sweep.options();
  options.only = {"zz"};
  Notes notes;
  CHECK_THROWS_AS(run_sweep(options, notes), Error);
  CHECK_FALSE(std::filesystem::exists(sweep.out()));
}

}  // namespace firesweep::runners::run
