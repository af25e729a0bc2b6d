#include "runners/schedule/exhaustive_scheduler.h"

#include <algorithm>

namespace firesweep::runners::schedule {

ExhaustiveScheduler::ExhaustiveScheduler(std::vector<PendingTrial> trials) {
  std::stable_sort(trials.begin(), trials.end(),
                   [](const PendingTrial& a, const PendingTrial& b) { return a.cost > b.cost; });
  for (PendingTrial& trial : trials) {
    waiting_.push_back({std::move(trial.id), 0, trial.epochs});
  }
}

std::optional<Assignment> ExhaustiveScheduler::next() {
  if (waiting_.empty()) {
    return std::nullopt;
  }
  Assignment assignment = std::move(waiting_.front());
  waiting_.pop_front();
  handed_out_.emplace(assignment.trial_id, assignment.to_epoch);
  return assignment;
}

void ExhaustiveScheduler::epoch_reported(std::string_view, const sweep::EpochMetrics&) {}

void ExhaustiveScheduler::paused(std::string_view trial_id, std::int64_t epoch) {
  // Nothing here asks for a pause; a job that ends early all the same goes on at once.
  const auto found = handed_out_.find(std::string(trial_id));
  if (found != handed_out_.end()) {
    waiting_.push_front({found->first, epoch, found->second});
    handed_out_.erase(found);
  }
}

void ExhaustiveScheduler::finished(const sweep::TrialResult& result) {
  handed_out_.erase(result.id);
}

std::size_t ExhaustiveScheduler::remaining() const {
  return waiting_.size() + handed_out_.size();
}

}  // namespace firesweep::runners::schedule
