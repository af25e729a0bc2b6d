#include "runners/run/run_work.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/parallel.h"
#include "models/parameter.h"
#include "sweep/spec/training_recipe.h"

namespace firesweep::runners::run {
namespace {

std::vector<const sweep::Trial*> filtered(const std::vector<const sweep::Trial*>& trials,
                                          const auto& keep) {
  std::vector<const sweep::Trial*> kept;
  std::copy_if(trials.begin(), trials.end(), std::back_inserter(kept), keep);
  return kept;
}

/// Reads the result of every trial that has one, on all processors; calls `take(index, result)`
/// from their threads, or sets the trial's problem if the file is malformed.
template <typename Take>
void for_each_result(const sweep::RunDirectory& directory,
                     const std::vector<const sweep::Trial*>& trials,
                     std::vector<std::string>& problems, const Take& take) {
  constexpr std::size_t kWorthAThread = 200;
  base::parallel_for(trials.size(), kWorthAThread, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (const auto result = directory.load_usable_result(trials[i]->id, problems[i])) {
        take(i, *result);
      }
    }
  });
}

}  // namespace

std::vector<const sweep::Trial*> select_trials(const std::vector<sweep::Trial>& trials,
                                               const std::vector<std::string>& wanted) {
  std::unordered_set<const sweep::Trial*> chosen;
  for (const std::string& beginning : wanted) {
    chosen.insert(&find_trial(trials, beginning));
  }
  std::vector<const sweep::Trial*> selected;
  for (const sweep::Trial& trial : trials) {
    if (wanted.empty() || chosen.count(&trial) > 0) {
      selected.push_back(&trial);
    }
  }
  return selected;
}

std::vector<const sweep::Trial*> pending_trials(const sweep::RunDirectory& directory,
                                                const std::vector<const sweep::Trial*>& trials) {
  return filtered(trials,
                  [&](const sweep::Trial* trial) { return !directory.has_result(trial->id); });
}

std::vector<const sweep::Trial*> damaged_trials(const sweep::RunDirectory& directory,
                                                const std::vector<const sweep::Trial*>& trials,
                                                const schedule::Note& note) {
  std::vector<std::string> problems(trials.size());
  for_each_result(directory, trials, problems, [](std::size_t, const sweep::TrialResult&) {});
  std::vector<const sweep::Trial*> damaged;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (!problems[i].empty()) {
      note(problems[i]);
      damaged.push_back(trials[i]);
    }
  }
  return damaged;
}

std::vector<const sweep::Trial*> failed_trials(const sweep::RunDirectory& directory,
                                               const std::vector<const sweep::Trial*>& trials) {
  std::vector<std::string> problems(trials.size());
  std::vector<char> failed(trials.size());  // not bool: threads write neighbours
  for_each_result(directory, trials, problems,
                  [&failed](std::size_t i, const sweep::TrialResult& result) {
                    failed[i] = result.state == sweep::TrialState::kFailed ? 1 : 0;
                  });
  std::vector<const sweep::Trial*> found;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (failed[i] != 0) {
      found.push_back(trials[i]);
    }
  }
  return found;
}

std::vector<schedule::PlannedTrial> planned_trials(const SweepInput& input,
                                                   const std::vector<const sweep::Trial*>& trials,
                                                   const sweep::CostModel& costs) {
  const sweep::DatasetSpec& dataset = input.spec.dataset;
  std::vector<schedule::PlannedTrial> planned;
  planned.reserve(trials.size());
  bool measured = true;
  for (const sweep::Trial* const trial : trials) {
    const sweep::Point& point = input.expansion.points[trial->point];
    const std::optional<double> seconds = costs.trial_seconds(point, dataset, input.shape);
    measured = measured && seconds && *seconds > 0.0;
    planned.push_back({trial->id, trial_label(input.expansion.axis_keys, point, trial->seed),
                       seconds.value_or(0.0), models::get_integer(point.training, "epochs")});
  }
  for (std::size_t i = 0; !measured && i < trials.size(); ++i) {
    planned[i].cost =
        sweep::training_macs(input.expansion.points[trials[i]->point], dataset, input.shape);
  }
  return planned;
}

StrategyTrials strategy_trials(const SweepInput& input,
                               const std::vector<const sweep::Trial*>& selected,
                               const std::vector<schedule::PlannedTrial>& planned,
                               bool needs_results) {
  StrategyTrials made;
  std::unordered_set<std::string_view> pending;
  for (const schedule::PlannedTrial& trial : planned) {
    made.trials.push_back({trial.id, trial.cost, trial.epochs});
    pending.insert(trial.id);
  }
  for (std::size_t i = 0; needs_results && i < selected.size(); ++i) {
    const sweep::Trial& trial = *selected[i];
    if (pending.count(trial.id) == 0) {
      const models::ParameterMap& training = input.expansion.points[trial.point].training;
      made.trials.push_back({trial.id, 0.0, models::get_integer(training, "epochs")});
      made.finished_before.push_back(trial.id);
    }
  }
  return made;
}

JobMaker::JobMaker(const SweepInput& input, const sweep::RunDirectory& directory,
                   std::string dataset_checksum)
    : input_(input),
      directory_(directory),
      dataset_checksum_(std::move(dataset_checksum)),
      dataset_(input.spec.dataset),
      resolved_(sweep::resolved(input.spec.dataset, input.shape)) {
  if (dataset_.root) {
    dataset_.root = std::filesystem::absolute(*dataset_.root);
  }
  trials_.reserve(input.expansion.trials.size());
  for (const sweep::Trial& trial : input.expansion.trials) {
    trials_.emplace(trial.id, Known{&trial, &input.expansion.points[trial.point]});
  }
}

const sweep::Trial& JobMaker::trial(std::string_view id) const {
  return *trials_.at(id).trial;
}

const sweep::Point& JobMaker::point_of(std::string_view id) const {
  return *trials_.at(id).point;
}

jobs::TrainJob JobMaker::job(const schedule::Assignment& assignment) const {
  const Known& of = trials_.at(assignment.trial_id);
  return {.trial_id = of.trial->id,
          .run_directory = std::filesystem::absolute(directory_.root()),
          .content = {dataset_, of.point->model, of.point->training, of.trial->seed},
          .from_epoch = assignment.from_epoch,
          .to_epoch = assignment.to_epoch,
          .dataset_checksum = dataset_checksum_,
          .continue_from = shorter_training(of)};
}

jobs::StageJob JobMaker::stage_job(sweep::Variant variant) const {
  const Known& of = trials_.at(variant.trial_id);
  return {.variant = std::move(variant),
          .run_directory = std::filesystem::absolute(directory_.root()),
          .data = input_.shape,
          .content = {dataset_, of.point->model, of.point->training, of.trial->seed},
          .dataset_checksum = dataset_checksum_};
}

schedule::PlannedTrial JobMaker::plan_created(const sweep::Create& create) {
  if (trials_.count(create.trial) == 0) {
    created_.emplace_back();
    created_.back().trial = {create.trial, 0, create.seed};
    created_.back().point = create.point;
    const Created& made = created_.back();
    trials_.emplace(made.trial.id, Known{&made.trial, &made.point});
  }
  return {create.trial, trial_label(input_.expansion.axis_keys, create.point, create.seed),
          sweep::training_macs(create.point, input_.spec.dataset, input_.shape),
          models::get_integer(create.point.training, "epochs")};
}

std::string JobMaker::shorter_training(const Known& of) const {
  const sweep::Point& point = *of.point;
  if (sweep::recipe_from(point.training).schedule != sweep::Schedule::kConstant ||
      std::filesystem::exists(directory_.checkpoint_path(of.trial->id))) {
    return {};
  }
  const models::Architecture architecture = sweep::architecture_of(point.model, input_.shape);
  models::ParameterMap training = point.training;
  for (std::int64_t epochs = models::get_integer(training, "epochs") - 1; epochs > 0; --epochs) {
    training["epochs"] = epochs;
    std::string id = sweep::trial_id(sweep::canonical_trial(
        sweep::canonical_point(architecture, training, resolved_), of.trial->seed));
    if (std::filesystem::exists(directory_.checkpoint_path(id))) {
      return id;
    }
  }
  return {};
}

}  // namespace firesweep::runners::run
