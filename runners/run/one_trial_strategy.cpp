#include "runners/run/one_trial_strategy.h"

#include <utility>
#include <variant>

namespace firesweep::runners::run {

OneTrialStrategy::OneTrialStrategy(schedule::PendingTrial trial, OnEpoch on_epoch)
    : trial_({std::move(trial)}), on_epoch_(std::move(on_epoch)) {}

void OneTrialStrategy::tell(const schedule::Outcome& outcome) {
  trial_.tell(outcome);
  if (const auto* const epoch = std::get_if<schedule::EpochReported>(&outcome)) {
    on_epoch_(epoch->metrics);
  }
}

}  // namespace firesweep::runners::run
