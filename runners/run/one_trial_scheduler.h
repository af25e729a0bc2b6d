// The scheduler of a run that has one trial.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "runners/schedule/exhaustive_scheduler.h"
#include "runners/schedule/scheduler.h"
#include "sweep/store/trial_result.h"

namespace firesweep::runners::run {

/// Hands out one trial and passes its epochs on as they are reported.
class OneTrialScheduler final : public schedule::Scheduler {
 public:
  using OnEpoch = std::function<void(const sweep::EpochMetrics&)>;

  OneTrialScheduler(schedule::PendingTrial trial, OnEpoch on_epoch);

  [[nodiscard]] std::optional<schedule::Assignment> next() override { return trial_.next(); }
  void epoch_reported(std::string_view trial_id, const sweep::EpochMetrics& metrics) override;
  void paused(std::string_view trial_id, std::int64_t epoch) override;
  void finished(const sweep::TrialResult& result) override { trial_.finished(result); }
  [[nodiscard]] std::size_t remaining() const override { return trial_.remaining(); }

 private:
  schedule::ExhaustiveScheduler trial_;
  OnEpoch on_epoch_;
};

}  // namespace firesweep::runners::run
