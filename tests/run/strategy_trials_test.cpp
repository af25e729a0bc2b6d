// What a run gives its strategy.
#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "runners/run/queued_run.h"
#include "runners/run/run_work.h"
#include "runners/run/sweep_input.h"
#include "sweep/study/cost_model.h"

namespace firesweep::runners::run {
namespace {

constexpr const char* kThreeSeeds =
    "name: small\n"
    "dataset: {name: synthetic, shape: [1, 12, 12], classes: 4, "
    "train: 64, validation: 16, test: 16}\n"
    "training: {epochs: 2}\n"
    "grid: {seed: [1, 2, 3]}\n";

TEST_CASE("A strategy that needs results gets all trials, and is told the finished ones") {
  const SweepInput input = read_sweep_text(kThreeSeeds, {});
  const auto selected = select_trials(input.expansion.trials, {});
  const std::string finished = selected[1]->id;
  const auto planned =
      planned_trials(input, {selected[0], selected[2]}, sweep::CostModel::load("no such file"));
  const StrategyTrials all = strategy_trials(input, selected, planned, true);
  CHECK(all.trials.size() == 3);
  CHECK(std::ranges::all_of(all.trials, [](const auto& trial) { return trial.epochs == 2; }));
  CHECK(all.finished_before == std::vector<std::string>{finished});

  const StrategyTrials pending = strategy_trials(input, selected, planned, false);
  CHECK(pending.trials.size() == 2);
  CHECK(pending.finished_before.empty());
}

TEST_CASE("--detach is refused for a strategy that decides while trials train") {
  CHECK_NOTHROW(check_detach(true, false));
  CHECK_NOTHROW(check_detach(false, true));
  CHECK_THROWS_WITH(check_detach(true, true), Catch::StartsWith("--detach: "));
}

}  // namespace
}  // namespace firesweep::runners::run
