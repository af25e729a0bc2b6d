// What a run has to train: which trials, in which order, and the job of each.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runners/jobs/messages.h"
#include "runners/run/sweep_input.h"
#include "runners/schedule/progress_sink.h"
#include "runners/schedule/run_state.h"
#include "runners/schedule/strategy.h"
#include "sweep/store/run_directory.h"
#include "sweep/store/trial_log.h"
#include "sweep/study/cost_model.h"

namespace firesweep::runners::run {

/// The trials of a sweep whose ids start with one of `wanted`, in the sweep's order; all of them if
/// it is empty. Throws Error for a beginning that no id, or more than one, has.
[[nodiscard]] std::vector<const sweep::Trial*> select_trials(
    const std::vector<sweep::Trial>& trials, const std::vector<std::string>& wanted);

/// Those without a result.
[[nodiscard]] std::vector<const sweep::Trial*> pending_trials(
    const sweep::RunDirectory& directory, const std::vector<const sweep::Trial*>& trials);

/// Those whose result is there but can't be read; `note` takes why.
[[nodiscard]] std::vector<const sweep::Trial*> damaged_trials(
    const sweep::RunDirectory& directory, const std::vector<const sweep::Trial*>& trials,
    const schedule::Note& note);

/// Those whose state is `failed`.
[[nodiscard]] std::vector<const sweep::Trial*> failed_trials(
    const sweep::RunDirectory& directory, const std::vector<const sweep::Trial*>& trials);

/// With labels and costs: seconds if `costs` knows them for every trial, else multiply-accumulates.
[[nodiscard]] std::vector<schedule::PlannedTrial> planned_trials(
    const SweepInput& input, const std::vector<const sweep::Trial*>& trials,
    const sweep::CostModel& costs);

/// The trials of a run as its strategy gets them.
struct StrategyTrials {
  std::vector<schedule::PendingTrial> trials;
  std::vector<std::string> finished_before;  // ids; with a result of an earlier run
};

/// All of `selected` with the finished ones named if `needs_results`, else only those that are
/// `planned`. `planned`: the pending trials of `selected`.
[[nodiscard]] StrategyTrials strategy_trials(const SweepInput& input,
                                             const std::vector<const sweep::Trial*>& selected,
                                             const std::vector<schedule::PlannedTrial>& planned,
                                             bool needs_results);

/// Makes the jobs of a run. Everything borrowed must outlive it.
class JobMaker {
 public:
  JobMaker(const SweepInput& input, const sweep::RunDirectory& directory,
           std::string dataset_checksum);

  [[nodiscard]] const sweep::Trial& trial(std::string_view id) const;
  /// The design of a trial. The reference stays valid and is the same for all trials of a design.
  [[nodiscard]] const sweep::Point& point_of(std::string_view id) const;
  [[nodiscard]] jobs::TrainJob job(const schedule::Assignment& assignment) const;
  /// Of a trial of the sweep.
  [[nodiscard]] jobs::StageJob stage_job(sweep::Variant variant) const;
  /// Makes a trial known that the strategy created. Its cost is in multiply-accumulates.
  [[nodiscard]] schedule::PlannedTrial plan_created(const sweep::Create& create);

 private:
  struct Known;
  /// The longest shorter training whose checkpoint this trial can resume from; empty if there is
  /// none.
  [[nodiscard]] std::string shorter_training(const Known& of) const;

  const SweepInput& input_;
  const sweep::RunDirectory& directory_;
  std::string dataset_checksum_;
  sweep::DatasetSpec dataset_;   // with an absolute root: workers run elsewhere
  sweep::DatasetSpec resolved_;  // as trial ids hash it
  /// A trial and its design.
  struct Known {
    const sweep::Trial* trial = nullptr;
    const sweep::Point* point = nullptr;
  };
  std::unordered_map<std::string_view, Known> trials_;
  struct Created {
    sweep::Trial trial;
    sweep::Point point;
  };
  std::deque<Created> created_;  // trials_ points into it
};

}  // namespace firesweep::runners::run
