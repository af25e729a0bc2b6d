#include "runners/run/final_trials.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/atomic_file.h"
#include "reports/results_table.h"
#include "runners/run/run_sweep.h"
#include "runners/run/status_snapshot.h"
#include "sweep/store/run_directory.h"
#include "tests/support/message_of.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::runners::run {
namespace {

using Catch::Matchers::Contains;
using tests::message_of;

/// Keeps the lines that a run prints, and what it trained.
struct Lines final : schedule::ProgressSink {
  void trial_finished(const schedule::RunState&, const sweep::TrialResult& result,
                      double) override {
    finished.insert(result.id);
  }
  void note(std::string_view line) override { (text += line) += '\n'; }
  void turned(const schedule::RunState&, double) override {}
  void ended() override {}

  std::string text;
  std::set<std::string> finished;
};

/// Three designs with two seeds each. The worker finishes every trial with 80 %.
class Designs {
 public:
  Designs() {
    base::write_file_atomically(scratch_.path() / "s.yaml",
                                "name: finals\n"
                                "dataset: {name: synthetic, shape: [1, 12, 12], classes: 4, "
                                "train: 64, validation: 16, test: 16}\n"
                                "model: {base_e: 16, incr_e: 8, conv1_filters: 8, "
                                "fire_modules: 2, pool_after: [1]}\n"
                                "training: {epochs: 2, batch_size: 16}\n"
                                "grid: {SR: [0.25, 0.5, 0.75], seed: [1, 2]}\n");
  }

  [[nodiscard]] RunOptions options() const {
    RunOptions options;
    options.config = scratch_.path() / "s.yaml";
    options.out = scratch_.path() / "run";
    options.worker = FIRESWEEP_FAKE_WORKER;
    options.placement.jobs = 2;
    options.placement.affinity = "none";
    return options;
  }
  [[nodiscard]] RunOptions with_seeds(const std::string& only, std::size_t seeds) const {
    RunOptions chosen = options();
    chosen.only = {only};
    chosen.seeds = seeds;
    return chosen;
  }
  [[nodiscard]] sweep::RunDirectory directory() const {
    return sweep::RunDirectory(scratch_.path() / "run");
  }

  /// Trains all trials, and then gives those of each design these accuracies.
  void train(const std::vector<double>& top1) const {
    Lines lines;
    (void)run_sweep(options(), lines);
    for (const sweep::Trial& trial : directory().load_manifest().trials) {
      sweep::TrialResult result = directory().load_result(trial.id).value();
      result.validation_top1 = top1[trial.point] + (trial.seed == 1 ? 0.0 : 0.01);
      std::filesystem::remove(directory().result_path(trial.id));
      REQUIRE(directory().write_result(result));
    }
  }
  /// Seeds of final trials of each design.
  [[nodiscard]] std::vector<std::vector<std::uint64_t>> finals() const {
    const sweep::Manifest manifest = directory().load_manifest();
    std::vector<std::vector<std::uint64_t>> seeds(manifest.points.size());
    for (const sweep::Trial& trial : manifest.trials) {
      if (trial.is_final_seed) {
        seeds[trial.point].push_back(trial.seed);
      }
    }
    return seeds;
  }

 private:
  tests::ScratchDirectory scratch_;
};

using Seeds = std::vector<std::vector<std::uint64_t>>;

/// What a run with `override` says, after four seeds were given to the best of three designs.
Lines grown_after_choice(const Designs& designs, const std::string& override) {
  designs.train({0.70, 0.90, 0.60});
  Lines first;
  (void)run_sweep(designs.with_seeds("best", 4), first);
  RunOptions options = designs.options();
  options.overrides = {override};
  Lines lines;
  (void)run_sweep(options, lines);
  return lines;
}

}  // namespace

TEST_CASE("--only best --seeds adds final seeds to the best design and keeps every other trial") {
  const Designs designs;
  designs.train({0.70, 0.90, 0.60});
  const sweep::Manifest before = designs.directory().load_manifest();
  Lines lines;
  CHECK(run_sweep(designs.with_seeds("best", 5), lines).result == RunResult::kDone);
  CHECK_THAT(lines.text, Contains("best: SR 0.5\nfinal seeds for 1 design: 3, 4, 5\n"));
  CHECK_THAT(lines.text, !Contains("removed") && !Contains("changed"));
  CHECK(lines.finished.size() == 3);
  const sweep::Manifest after = designs.directory().load_manifest();
  CHECK(after.trials.size() == 9);
  CHECK(designs.finals() == Seeds{{}, {3, 4, 5}, {}});
  for (const sweep::Trial& trial : before.trials) {
    CHECK(std::ranges::find(after.trials, trial.id, &sweep::Trial::id) != after.trials.end());
  }
  CHECK(after.history.size() == before.history.size() + 1);
  CHECK(StatusReader(designs.directory().root()).read().trials == 9);
  const reports::ResultsTable table = reports::load_results(designs.directory());
  CHECK(table.rows.size() == 6);
  CHECK(table.final_rows.size() == 3);
}

TEST_CASE("A later run without --seeds keeps the final trials and has nothing to train") {
  const Designs designs;
  designs.train({0.70, 0.90, 0.60});
  Lines first;
  (void)run_sweep(designs.with_seeds("best", 3), first);
  const std::string manifest = base::read_file(designs.directory().manifest_path());
  Lines lines;
  const RunAnswer answer = run_sweep(designs.options(), lines);
  CHECK(answer.result == RunResult::kDone);
  CHECK(lines.text == "finals: 7 trials of 3 designs (with 1 final trial) in " +
                          designs.directory().root().string() + "\nnothing is left to train\n");
  CHECK_THAT(answer.text, Contains("on 1 final seed, which had no part in the choice: "
                                   "validation 80.00 %, test 70.00 %."));
  CHECK(base::read_file(designs.directory().manifest_path()) == manifest);
}

TEST_CASE("Final seeds have no part in a later choice") {
  const Designs designs;
  designs.train({0.70, 0.90, 0.85});
  Lines first;
  (void)run_sweep(designs.with_seeds("best", 6), first);  // its final seeds have 80 % only
  Lines lines;
  (void)run_sweep(designs.with_seeds("best", 7), lines);
  CHECK_THAT(lines.text, Contains("best: SR 0.5\nfinal seed for 1 design: 7\n"));
  CHECK(designs.finals() == Seeds{{}, {3, 4, 5, 6, 7}, {}});
}

TEST_CASE("The same command resumes: it adds nothing twice") {
  const Designs designs;
  designs.train({0.70, 0.90, 0.60});
  Lines first;
  (void)run_sweep(designs.with_seeds("best", 4), first);
  // As a kill leaves it: the manifest has the trials, one of them has no result.
  std::filesystem::remove(designs.directory().result_path(*first.finished.begin()));
  Lines lines;
  (void)run_sweep(designs.with_seeds("best", 4), lines);
  CHECK_THAT(lines.text, Contains("the design has 4 seeds already"));
  CHECK(lines.finished == std::set<std::string>{*first.finished.begin()});
  CHECK(designs.finals() == Seeds{{}, {3, 4}, {}});
  CHECK_THAT(resume_command(designs.with_seeds("best", 4), "x"), Contains("--only best --seeds 4"));
}

TEST_CASE("Designs of the front, the smallest and ids can have final seeds too") {
  const Designs designs;
  designs.train({0.70, 0.75, 0.80});
  Lines lines;
  SECTION("front") {
    (void)run_sweep(designs.with_seeds("front", 3), lines);
    CHECK(designs.finals() == Seeds{{3}, {3}, {3}});
  }
  SECTION("smallest") {  // 0.755 is within one standard error of 0.805: 0.1 on 16 images
    (void)run_sweep(designs.with_seeds("smallest", 3), lines);
    CHECK(designs.finals() == Seeds{{}, {3}, {}});
  }
  SECTION("an id names its design") {
    const std::string id = designs.directory().load_manifest().trials.front().id;
    (void)run_sweep(designs.with_seeds(id.substr(0, 12), 4), lines);
    CHECK(designs.finals() == Seeds{{3, 4}, {}, {}});
  }
}

TEST_CASE("A name without --seeds trains what is left of these designs only") {
  const Designs designs;
  designs.train({0.70, 0.90, 0.60});
  const std::vector<sweep::Trial> trials = designs.directory().load_manifest().trials;
  for (const std::size_t i : {0U, 2U}) {
    std::filesystem::remove(designs.directory().result_path(trials[i].id));
  }
  Lines lines;
  RunOptions options = designs.options();
  options.only = {"best"};
  (void)run_sweep(options, lines);
  CHECK(lines.finished == std::set<std::string>{trials[2].id});
  CHECK_THAT(lines.text, Contains("warning: 2 of 6 trials not finished; the choice is by the "
                                  "results of the others"));
}

TEST_CASE("A seed that the sweep asks for later is no longer final") {
  const Designs designs;
  const Lines lines = grown_after_choice(designs, "seed=[1, 2, 3]");
  CHECK(lines.finished.size() == 2);  // the two designs that had no seed 3
  CHECK(designs.finals() == Seeds{{}, {4}, {}});
}

TEST_CASE("Final trials leave the sweep with their design") {
  const Designs designs;
  const Lines lines = grown_after_choice(designs, "grid.SR=[0.25, 0.75]");
  CHECK_THAT(lines.text, Contains("0 trials new, 4 as before, 4 removed"));
  CHECK(designs.finals() == Seeds{{}, {}});
}

TEST_CASE("A seed that was trained before the choice is not taken for a final one") {
  const Designs designs;
  designs.train({0.70, 0.90, 0.60});
  RunOptions more = designs.options();
  more.overrides = {"seed=[1, 2, 3]"};
  Lines first;
  (void)run_sweep(more, first);
  Lines lines;
  (void)run_sweep(designs.with_seeds("best", 4), lines);  // the sweep has two seeds again
  CHECK(designs.finals() == Seeds{{}, {4, 5}, {}});
}

TEST_CASE("A dry run reports final seeds and writes nothing") {
  const Designs designs;
  designs.train({0.70, 0.90, 0.60});
  const std::string manifest = base::read_file(designs.directory().manifest_path());
  RunOptions options = designs.with_seeds("best", 5);
  options.dry_run = true;
  Lines lines;
  (void)run_sweep(options, lines);
  CHECK_THAT(lines.text,
             Contains("final seeds for 1 design: 3, 4, 5") && Contains("3 trials to train"));
  CHECK(base::read_file(designs.directory().manifest_path()) == manifest);
}

TEST_CASE("What can't be chosen is an error that says what to do, and changes nothing") {
  const Designs designs;
  Lines lines;
  const auto message = [&](const RunOptions& options) {
    return message_of([&] { (void)run_sweep(options, lines); });
  };
  CHECK_THAT(message(designs.with_seeds("best", 5)),
             Contains("no trial has completed yet; first run the sweep without --only"));
  CHECK_FALSE(std::filesystem::exists(designs.directory().root()));
  designs.train({0.70, 0.90, 0.60});
  RunOptions options = designs.options();
  options.seeds = 5;
  CHECK_THAT(message(options), Contains("name them with --only best"));
  CHECK_THAT(message(designs.with_seeds("best", 2)),
             Contains("--seeds 2: the sweep itself has 2 seeds (1, 2) for every design; expected "
                      "at least 3"));
  CHECK_THAT(message(designs.with_seeds("bset", 3)),
             Catch::Matchers::EndsWith(
                 "--only 'bset' is neither a trial's id nor a name; expected the beginning of "
                 "an id, or one of best, front, smallest; did you mean 'best'?"));
  CHECK_THAT(message(designs.with_seeds("", 3)),
             Contains("--only '' is neither a trial's id nor a name; expected"));
}

}  // namespace firesweep::runners::run
