// Training one trial of a run again, alone and from scratch.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "runners/run/bit_comparison.h"
#include "runners/run/train_plan.h"
#include "runners/schedule/progress_sink.h"
#include "sweep/store/run_directory.h"

namespace firesweep::runners::run {

struct TrainAnswer {
  bool interrupted = false;  // then `now` has the epochs finished before, and nothing is compared
  TrialRecord now;           // with a result unless interrupted
  BitComparison comparison;  // of what is recorded with `now`

  /// Whether it completed and differs in nothing that was recorded.
  [[nodiscard]] bool reproduced() const;
};

/// What the run that `plan` was made from has recorded of its trial. Throws Error for a damaged
/// file: hours of training would end in nothing to compare with.
[[nodiscard]] TrialRecord recorded_trial(const TrainPlan& plan);

/// Trains the plan's trial in `run` through the same run loop and workers as a sweep, but never
/// tried twice, until `stop` is set; compares it with `recorded`. `on_epoch` is called after each
/// finished epoch. Throws Error if the worker can't be started or the environment fails.
[[nodiscard]] TrainAnswer train_again(
    const TrainPlan& plan, const TrialRecord& recorded, const sweep::RunDirectory& run,
    schedule::ProgressSink& progress,
    const std::function<void(const sweep::EpochMetrics&)>& on_epoch, const std::atomic<int>& stop);

}  // namespace firesweep::runners::run
