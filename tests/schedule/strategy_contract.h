// What every strategy must do. `make(trials)` returns a std::unique_ptr<Strategy> over trials that
// have no result yet.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>

#include "runners/schedule/strategy.h"
#include "tests/schedule/support.h"

namespace firesweep::tests {

inline std::vector<runners::schedule::PendingTrial> contract_trials() {
  std::vector<runners::schedule::PendingTrial> trials;
  for (int i = 0; i < 7; ++i) {
    trials.push_back({"rank-" + std::to_string(i), 1.0 + i % 3, 4});
  }
  return trials;
}

inline sweep::EpochMetrics metrics_of(const std::string& id, std::int64_t epoch) {
  sweep::EpochMetrics metrics;
  metrics.epoch = epoch;
  metrics.validation_top1 = metrics.validation_top5 = 0.01 * std::stod(id.substr(5));
  return metrics;
}

/// Drives a strategy as the run loop does, `workers` jobs at a time, and checks what it assigns.
class StrategyDriver {
 public:
  StrategyDriver(runners::schedule::Strategy& strategy, std::size_t workers)
      : strategy_(strategy), workers_(workers) {
    for (const runners::schedule::PendingTrial& trial : contract_trials()) {
      epochs_[trial.id] = trial.epochs;
    }
    take_decisions();
  }

  void assign() {
    while (running_.size() < workers_) {
      const auto next = strategy_.ask();
      if (!next) {
        return;
      }
      INFO(next->trial_id);
      REQUIRE(epochs_.count(next->trial_id) == 1);  // known, or created before
      REQUIRE(finished_.count(next->trial_id) == 0);
      REQUIRE(std::ranges::count(running_, next->trial_id,
                                 &runners::schedule::Assignment::trial_id) == 0);
      REQUIRE(next->from_epoch == done_[next->trial_id]);
      REQUIRE(next->from_epoch < next->to_epoch);
      REQUIRE(next->to_epoch <= epochs_[next->trial_id]);
      running_.push_back(*next);
    }
  }

  /// Ends one job; the oldest, or the newest.
  void end(bool oldest) {
    REQUIRE(!running_.empty());
    const runners::schedule::Assignment job = oldest ? running_.front() : running_.back();
    oldest ? running_.pop_front() : running_.pop_back();
    for (std::int64_t epoch = job.from_epoch + 1; epoch <= job.to_epoch; ++epoch) {
      tell(runners::schedule::EpochReported{job.trial_id, metrics_of(job.trial_id, epoch)});
    }
    if (job.to_epoch < epochs_[job.trial_id]) {
      done_[job.trial_id] = job.to_epoch;
      tell(runners::schedule::Paused{job.trial_id, job.to_epoch,
                                     metrics_of(job.trial_id, job.to_epoch)});
    } else {
      finish(completed(job.trial_id));
    }
  }

  void give_one_back() {
    REQUIRE(!running_.empty());
    const std::string id = running_.front().trial_id;
    running_.pop_front();
    tell(runners::schedule::Released{id});
  }

  void finish(const sweep::TrialResult& result) {
    ++finished_[result.id];
    tell(runners::schedule::Finished{result});
  }

  void run(bool oldest_first) {
    for (int turns = 0; strategy_.remaining() > 0; ++turns) {
      REQUIRE(turns < 1000);
      assign();
      end(oldest_first);
    }
    CHECK_FALSE(strategy_.ask());
  }

  [[nodiscard]] const std::map<std::string, int>& finished() const { return finished_; }
  [[nodiscard]] std::size_t running() const { return running_.size(); }
  /// As JSON; all but pauses in order, for trials reach a rung in any.
  [[nodiscard]] std::vector<std::string> decisions() const {
    std::vector<std::string> pauses;
    std::vector<std::string> others;
    for (const sweep::Decision& decision : decisions_) {
      (std::holds_alternative<sweep::Pause>(decision) ? pauses : others)
          .push_back(sweep::to_json(decision).dump());
    }
    std::ranges::sort(pauses);
    pauses.insert(pauses.end(), others.begin(), others.end());
    return pauses;
  }
  [[nodiscard]] const std::vector<sweep::Decision>& raw_decisions() const { return decisions_; }

 private:
  void tell(const runners::schedule::Outcome& outcome) {
    strategy_.tell(outcome);
    take_decisions();
  }

  void take_decisions() {
    for (const sweep::Decision& decision : strategy_.take_decisions()) {
      decisions_.push_back(decision);
      if (const auto* const create = std::get_if<sweep::Create>(&decision)) {
        epochs_[create->trial] = models::get_integer(create->point.training, "epochs");
      } else if (const auto* const prune = std::get_if<sweep::Prune>(&decision)) {
        sweep::TrialResult result;
        result.id = prune->trial;
        result.state = sweep::TrialState::kPruned;
        result.reason = prune->reason;
        sweep::validate(result);
        finish(result);
      }
    }
  }

  runners::schedule::Strategy& strategy_;
  std::size_t workers_;
  std::map<std::string, std::int64_t> epochs_;
  std::map<std::string, std::int64_t> done_;  // epochs, of trials at a rung
  std::map<std::string, int> finished_;
  std::deque<runners::schedule::Assignment> running_;
  std::vector<sweep::Decision> decisions_;
};

/// One call a contract; a SECTION each.
template <typename Make>
void check_strategy_contract(Make make) {
  SECTION("the run ends, no trial finishes twice, and decisions don't depend on the workers") {
    const auto reference = make(contract_trials());
    StrategyDriver one(*reference, 1);
    one.run(true);
    for (const std::size_t workers : {2U, 5U, 50U}) {
      for (const bool oldest_first : {true, false}) {
        const auto strategy = make(contract_trials());
        StrategyDriver driver(*strategy, workers);
        driver.run(oldest_first);
        CHECK(driver.finished() == one.finished());
        CHECK(driver.decisions() == one.decisions());
        for (const auto& [id, times] : driver.finished()) {
          CHECK(times == 1);
        }
      }
    }
  }
  SECTION("a released trial is assigned again, from where it was") {
    const auto strategy = make(contract_trials());
    StrategyDriver driver(*strategy, 3);
    driver.assign();
    const std::size_t before = strategy->remaining();
    driver.give_one_back();
    CHECK(strategy->remaining() == before);
    driver.run(true);
    CHECK(driver.finished().size() >= 1);
  }
  SECTION("a trial with a result before it was assigned is not assigned") {
    const auto strategy = make(contract_trials());
    StrategyDriver driver(*strategy, 2);
    driver.finish(completed("rank-3"));  // assign() refuses it
    strategy->tell(runners::schedule::Finished{completed("rank-3")});
    driver.run(true);
  }
  SECTION("a failed trial ends as any other") {
    const auto strategy = make(contract_trials());
    StrategyDriver driver(*strategy, 1);
    sweep::TrialResult failed = completed("rank-6");
    failed.state = sweep::TrialState::kFailed;
    driver.finish(failed);
    driver.run(true);
  }
  SECTION("replayed decisions are not made again, and lead to the same end") {
    const auto first = make(contract_trials());
    StrategyDriver whole(*first, 2);
    whole.run(true);
    const auto second = make(contract_trials());
    for (const sweep::Decision& decision : whole.raw_decisions()) {
      second->replay(decision);
    }
    for (const auto& [id, times] : whole.finished()) {
      second->tell(runners::schedule::Finished{completed(id)});
    }
    CHECK(second->remaining() == 0);
    CHECK(second->take_decisions().empty());
    CHECK_FALSE(second->ask());
  }
  SECTION("without trials nothing remains") {
    const auto strategy = make({});
    CHECK_FALSE(strategy->ask());
    CHECK(strategy->remaining() == 0);
  }
}

}  // namespace firesweep::tests
