#include "runners/run/one_trial_scheduler.h"

#include <utility>

namespace firesweep::runners::run {

OneTrialScheduler::OneTrialScheduler(schedule::PendingTrial trial, OnEpoch on_epoch)
    : trial_({std::move(trial)}), on_epoch_(std::move(on_epoch)) {}

void OneTrialScheduler::epoch_reported(std::string_view trial_id,
                                       const sweep::EpochMetrics& metrics) {
  trial_.epoch_reported(trial_id, metrics);
  on_epoch_(metrics);
}

void OneTrialScheduler::paused(std::string_view trial_id, std::int64_t epoch) {
  trial_.paused(trial_id, epoch);
}

}  // namespace firesweep::runners::run
