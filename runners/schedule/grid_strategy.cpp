#include "runners/schedule/grid_strategy.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace firesweep::runners::schedule {

GridStrategy::GridStrategy(std::vector<PendingTrial> trials) {
  std::stable_sort(trials.begin(), trials.end(),
                   [](const PendingTrial& a, const PendingTrial& b) { return a.cost > b.cost; });
  for (PendingTrial& trial : trials) {
    waiting_.push_back({std::move(trial.id), 0, trial.epochs});
  }
}

std::optional<Assignment> GridStrategy::ask() {
  if (waiting_.empty()) {
    return std::nullopt;
  }
  Assignment assignment = std::move(waiting_.front());
  waiting_.pop_front();
  assigned_[assignment.trial_id] = {assignment.from_epoch, assignment.to_epoch};
  return assignment;
}

void GridStrategy::tell(const Outcome& outcome) {
  if (const auto* const paused = std::get_if<Paused>(&outcome)) {
    // Nothing here asks for a pause; a job that ends early all the same is continued at once.
    assign_again(paused->trial_id, paused->epoch);
  } else if (const auto* const back = std::get_if<Released>(&outcome)) {
    const auto found = assigned_.find(back->trial_id);
    assign_again(back->trial_id, found == assigned_.end() ? 0 : found->second.from_epoch);
  } else if (const auto* const finished = std::get_if<Finished>(&outcome)) {
    close(finished->result.id);
  }
}

void GridStrategy::assign_again(const std::string& trial, std::int64_t from_epoch) {
  const auto found = assigned_.find(trial);
  if (found != assigned_.end()) {
    waiting_.push_front({trial, from_epoch, found->second.to_epoch});
    assigned_.erase(found);
  }
}

void GridStrategy::close(const std::string& trial) {
  if (assigned_.erase(trial) == 0) {  // had a result before it was assigned
    std::erase_if(waiting_, [&](const Assignment& waiting) { return waiting.trial_id == trial; });
  }
}

std::size_t GridStrategy::remaining() const {
  return waiting_.size() + assigned_.size();
}

}  // namespace firesweep::runners::schedule
