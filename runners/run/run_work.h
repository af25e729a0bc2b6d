// What a run has to train: which trials, in which order, and what the worker is told of each.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runners/jobs/messages.h"
#include "runners/run/sweep_input.h"
#include "runners/schedule/progress_sink.h"
#include "runners/schedule/run_state.h"
#include "runners/schedule/scheduler.h"
#include "sweep/store/run_directory.h"
#include "sweep/study/cost_model.h"

namespace firesweep::runners::run {

/// The trials of a sweep that begin with one of `wanted`, in the sweep's order; all of them if it
/// is empty. Throws Error for an id that no trial, or more than one, begins with.
[[nodiscard]] std::vector<const sweep::Trial*> select_trials(
    const std::vector<sweep::Trial>& trials, const std::vector<std::string>& wanted);

/// Those without a result.
[[nodiscard]] std::vector<const sweep::Trial*> pending_trials(
    const sweep::RunDirectory& directory, const std::vector<const sweep::Trial*>& trials);

/// Those whose result is there but can't be read; `note` takes why.
[[nodiscard]] std::vector<const sweep::Trial*> damaged_trials(
    const sweep::RunDirectory& directory, const std::vector<const sweep::Trial*>& trials,
    const schedule::Note& note);

/// Those whose result says `failed`.
[[nodiscard]] std::vector<const sweep::Trial*> failed_trials(
    const sweep::RunDirectory& directory, const std::vector<const sweep::Trial*>& trials);

/// With labels and costs: seconds if `costs` knows them for every trial, else multiply-accumulates.
[[nodiscard]] std::vector<schedule::PlannedTrial> planned_trials(
    const SweepInput& input, const std::vector<const sweep::Trial*>& trials,
    const sweep::CostModel& costs);

/// Makes the jobs of a run. Everything borrowed must outlive it.
class JobMaker {
 public:
  JobMaker(const SweepInput& input, const sweep::RunDirectory& directory,
           std::string dataset_checksum);

  [[nodiscard]] const sweep::Trial& trial(std::string_view id) const;
  [[nodiscard]] jobs::TrainJob job(const schedule::Assignment& assignment) const;

 private:
  /// The longest shorter training whose checkpoint this trial can go on from; empty if there is
  /// none.
  [[nodiscard]] std::string shorter_training(const sweep::Trial& trial) const;

  const SweepInput& input_;
  const sweep::RunDirectory& directory_;
  std::string dataset_checksum_;
  sweep::DatasetSpec dataset_;   // with an absolute root: workers run elsewhere
  sweep::DatasetSpec resolved_;  // as trial ids hash it
  std::unordered_map<std::string_view, const sweep::Trial*> trials_;
};

}  // namespace firesweep::runners::run
