#include "runners/schedule/run_state.h"

#include <algorithm>
#include <utility>

namespace firesweep::runners::schedule {

double RunningTrial::fraction() const {
  if (epoch < 1 || plan->epochs < 1) {
    return 0.0;
  }
  const double within = images_per_epoch > 0
                            ? static_cast<double>(images) / static_cast<double>(images_per_epoch)
                            : 0.0;
  return std::clamp((static_cast<double>(epoch - 1) + within) / static_cast<double>(plan->epochs),
                    0.0, 1.0);
}

RunState::RunState(std::vector<PlannedTrial> planned, std::size_t finished_before,
                   std::size_t workers)
    : finished_before_(finished_before), workers_(workers) {
  for (PlannedTrial& trial : planned) {
    plan_more(std::move(trial));
  }
}

void RunState::plan_more(PlannedTrial trial) {
  if (index_.emplace(trial.id, planned_.size()).second) {
    planned_cost_ += trial.cost;
    planned_.push_back(std::move(trial));
  }
}

const PlannedTrial& RunState::plan(std::string_view id) const {
  return planned_[index_.at(std::string(id))];
}

RunningTrial* RunState::running_trial(std::string_view id) {
  const auto found = order_.find(std::string(id));
  return found == order_.end() ? nullptr : &running_.at(found->second);
}

const RunningTrial* RunState::find_running(std::string_view id) const {
  const auto found = order_.find(std::string(id));
  return found == order_.end() ? nullptr : &running_.at(found->second);
}

void RunState::started(std::string_view id, double now) {
  first_start_ = first_start_.value_or(now);
  RunningTrial trial;
  trial.plan = &plan(id);
  trial.since = now;
  order_.emplace(id, next_order_);
  running_.emplace(next_order_++, trial);
}

void RunState::progressed(const jobs::TrialProgress& progress) {
  RunningTrial* const trial = running_trial(progress.trial_id);
  if (trial == nullptr) {
    return;
  }
  const bool first = trial->epoch == 0;
  trial->epoch = progress.epoch;
  trial->images = progress.images;
  trial->images_per_epoch = progress.images_per_epoch;
  trial->images_per_second = progress.images_per_second;
  if (first && trial->plan->epochs > 0) {
    trial->resumed_fraction =
        static_cast<double>(progress.epoch - 1) / static_cast<double>(trial->plan->epochs);
  }
}

void RunState::epoch_finished(const jobs::TrialEpoch& epoch) {
  if (RunningTrial* const trial = running_trial(epoch.trial_id)) {
    trial->validation_top1 = epoch.metrics.validation_top1;
    if (trial->epoch == 0 && trial->plan->epochs > 0) {  // an epoch too short for a progress line
      trial->resumed_fraction =
          static_cast<double>(epoch.metrics.epoch - 1) / static_cast<double>(trial->plan->epochs);
    }
    trial->epoch = epoch.metrics.epoch;
    trial->images = trial->images_per_epoch = std::max<std::int64_t>(trial->images_per_epoch, 1);
  }
}

void RunState::remove_running(std::string_view id) {
  const auto found = order_.find(std::string(id));
  if (found != order_.end()) {
    running_.erase(found->second);
    order_.erase(found);
  }
}

void RunState::paused(std::string_view id) {
  if (const RunningTrial* const trial = running_trial(id)) {
    done_cost_ += trial->plan->cost * (trial->fraction() - trial->resumed_fraction);
  }
  remove_running(id);
}

void RunState::finished(const sweep::TrialResult& result) {
  const double cost = plan(result.id).cost;
  if (const RunningTrial* const trial = running_trial(result.id)) {
    const bool whole = result.state == sweep::TrialState::kCompleted ||
                       result.state == sweep::TrialState::kDidNotLearn;
    done_cost_ += cost * ((whole ? 1.0 : trial->fraction()) - trial->resumed_fraction);
  }
  remove_running(result.id);
  finished_cost_ += cost;
  ++finished_;
  unsuccessful_ += result.state == sweep::TrialState::kCompleted ? 0U : 1U;
}

RunState::RunningCost RunState::running_cost() const {
  RunningCost cost;
  for (const auto& [order, trial] : running_) {
    cost.done += trial.plan->cost * (trial.fraction() - trial.resumed_fraction);
    cost.resumed += trial.plan->cost * trial.resumed_fraction;
  }
  return cost;
}

double RunState::fraction_done() const {
  if (planned_cost_ <= 0.0) {
    return planned_.empty() ? 1.0
                            : static_cast<double>(finished_) / static_cast<double>(planned_.size());
  }
  const RunningCost running = running_cost();
  return std::clamp((finished_cost_ + running.done + running.resumed) / planned_cost_, 0.0, 1.0);
}

std::optional<double> RunState::seconds_left(double now) const {
  const RunningCost running = running_cost();
  const double done = done_cost_ + running.done;
  if (!first_start_ || done <= 0.0 || now <= *first_start_) {
    return std::nullopt;
  }
  const double left = planned_cost_ - finished_cost_ - running.done - running.resumed;
  return std::max(0.0, left * (now - *first_start_) / done);
}

double RunState::images_per_second() const {
  double sum = 0.0;
  for (const auto& [order, trial] : running_) {
    sum += trial.images_per_second;
  }
  return sum;
}

}  // namespace firesweep::runners::schedule
