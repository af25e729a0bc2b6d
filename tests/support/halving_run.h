// A run of the halving strategy over eight trials, rank-0 to rank-7, whose validation accuracy is
// the number in their name; what it decides, and what must come of it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>

#include "runners/schedule/logged_strategy.h"
#include "runners/schedule/run_loop.h"
#include "sweep/spec/training_recipe.h"
#include "tests/schedule/support.h"
#include "tests/support/halving_strategy.h"

namespace firesweep::tests {

inline constexpr std::size_t kNever = static_cast<std::size_t>(-1);
inline constexpr std::int64_t kHalvingEpochs = 3;

/// rank-7: 0.07.
inline double accuracy_of(std::string_view id) {
  return 0.01 * std::stod(std::string(id.substr(id.find('-') + 1)));
}

struct Killed : std::runtime_error {
  Killed() : std::runtime_error("killed") {}
};

class QuietProgress : public runners::schedule::ProgressSink {
 public:
  void trial_finished(const runners::schedule::RunState&, const sweep::TrialResult&,
                      double) override {}
  void note(std::string_view) override {}
  void turned(const runners::schedule::RunState&, double) override {}
  void ended() override {}
};

/// Ends a run after so many turns of its loop.
class Interruption final : public QuietProgress {
 public:
  Interruption(std::size_t after, bool crash) : left_(after), crash_(crash) {}
  void turned(const runners::schedule::RunState&, double) override {
    left_ -= left_ > 0 && left_ != kNever ? 1U : 0U;
    if (left_ == 0 && crash_) {
      throw Killed();
    }
    stop = left_ == 0 ? 1 : 0;
  }
  std::atomic<int> stop = 0;

 private:
  std::size_t left_;
  bool crash_;
};

/// The same run again and again: what survives is in its files.
class HalvingRun {
 public:
  explicit HalvingRun(std::filesystem::path log) : log_(std::move(log)) {
    for (int i = 0; i < 8; ++i) {
      trials_.push_back({"rank-" + std::to_string(i), 1.0, kHalvingEpochs});
    }
    extra_.trial = "rank-50";
    extra_.seed = 1;
    extra_.point.training["epochs"] = kHalvingEpochs;
    sweep::add_later_keys(extra_.point.training);
  }

  std::filesystem::path directory = "run";

  runners::schedule::RunOutcome go(runners::schedule::TrialStore& store,
                                   runners::schedule::Executor& executor,
                                   std::function<double()> clock, std::size_t interrupted_after,
                                   bool crash) {
    using namespace runners::schedule;
    HalvingStrategy strategy(trials_, 1, extra_);
    sweep::TrialLog log(log_);
    LoggedStrategy logged(strategy, log);
    std::vector<PlannedTrial> planned;
    std::vector<std::string> finished;
    for (const PendingTrial& trial : trials_) {
      if (store.result(trial.id)) {
        finished.push_back(trial.id);
      } else {
        planned.push_back({trial.id, trial.id, trial.cost, trial.epochs});
      }
    }
    RunState state(std::move(planned), finished.size(), executor.capacity());
    Interruption interruption(interrupted_after, crash);
    return run_trials({store,
                       logged,
                       executor,
                       interruption,
                       state,
                       {.retries = 0},
                       [this](const Assignment& assignment) {
                         runners::jobs::TrainJob made = job(assignment.trial_id, directory);
                         made.content.training["epochs"] = kHalvingEpochs;
                         made.from_epoch = assignment.from_epoch;
                         made.to_epoch = assignment.to_epoch;
                         return made;
                       },
                       std::move(clock),
                       interruption.stop,
                       {},
                       leave_running,
                       [](const sweep::Create& create) {
                         return PlannedTrial{create.trial, create.trial, 1.0, kHalvingEpochs};
                       },
                       finished});
  }

  /// Of the log, as JSON: what was decided at the rung in order, then the pauses sorted, for trials
  /// reach the rung in any order.
  [[nodiscard]] std::vector<std::string> decisions() const {
    std::vector<std::string> at_rung;
    std::vector<std::string> pauses;
    for (const sweep::Decision& decision : sweep::TrialLog(log_).load()) {
      (std::holds_alternative<sweep::Pause>(decision) ? pauses : at_rung)
          .push_back(sweep::to_json(decision).dump());
    }
    std::ranges::sort(pauses);
    at_rung.insert(at_rung.end(), pauses.begin(), pauses.end());
    return at_rung;
  }

  bool leave_running = false;

 private:
  std::filesystem::path log_;
  std::vector<runners::schedule::PendingTrial> trials_;
  sweep::Create extra_;
};

/// rank-7 to rank-4 promoted, rank-3 and rank-2 left paused, rank-1 and rank-0 pruned, one created.
inline std::vector<std::string> expected_decisions() {
  std::vector<std::string> expected;
  for (const char* const id : {"rank-7", "rank-6", "rank-5", "rank-4"}) {
    expected.push_back(sweep::to_json(sweep::Decision(sweep::Promote{id, kHalvingEpochs})).dump());
  }
  for (const char* const id : {"rank-1", "rank-0"}) {
    expected.push_back(
        sweep::to_json(sweep::Decision(sweep::Prune{id, 1, "in the last quarter at the rung"}))
            .dump());
  }
  sweep::Create extra{"rank-50", 1, {}};
  extra.point.training["epochs"] = kHalvingEpochs;
  sweep::add_later_keys(extra.point.training);
  expected.push_back(sweep::to_json(sweep::Decision(extra)).dump());
  for (int i = 0; i < 8; ++i) {
    const std::string id = "rank-" + std::to_string(i);
    expected.push_back(
        sweep::to_json(sweep::Decision(sweep::Pause{id, 1, accuracy_of(id)})).dump());
  }
  return expected;
}

inline void check_halving_results(const runners::schedule::TrialStore& store) {
  for (const char* const id : {"rank-7", "rank-6", "rank-5", "rank-4", "rank-50"}) {
    INFO(id);
    const auto result = store.result(id);
    CHECK((result && result->state == sweep::TrialState::kCompleted));
  }
  for (const char* const id : {"rank-3", "rank-2"}) {
    CHECK_FALSE(store.result(id));
  }
  for (const char* const id : {"rank-1", "rank-0"}) {
    INFO(id);
    const auto result = store.result(id);
    REQUIRE(result);
    CHECK(result->state == sweep::TrialState::kPruned);
    CHECK(result->reason == "in the last quarter at the rung");
  }
}

}  // namespace firesweep::tests
