// What `train` shows of its one trial while it trains.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runners/schedule/exhaustive_scheduler.h"
#include "runners/schedule/progress.h"
#include "runners/schedule/scheduler.h"

namespace firesweep::cli {

/// Hands out one trial and passes its epochs on as they are reported.
class OneTrialScheduler final : public runners::schedule::Scheduler {
 public:
  using OnEpoch = std::function<void(const sweep::EpochMetrics&)>;

  OneTrialScheduler(runners::schedule::PendingTrial trial, OnEpoch on_epoch);

  [[nodiscard]] std::optional<runners::schedule::Assignment> next() override {
    return trial_.next();
  }
  void epoch_reported(std::string_view trial_id, const sweep::EpochMetrics& metrics) override;
  void paused(std::string_view trial_id, std::int64_t epoch) override;
  void finished(const sweep::TrialResult& result) override { trial_.finished(result); }
  [[nodiscard]] std::size_t remaining() const override { return trial_.remaining(); }

 private:
  runners::schedule::ExhaustiveScheduler trial_;
  OnEpoch on_epoch_;
};

/// A line an epoch; on a terminal also one that tells how far the next one is.
class TrainProgress final : public runners::schedule::ProgressSink {
 public:
  TrainProgress(runners::schedule::TextOutput output, bool terminal, std::int64_t epochs);

  void epoch_over(const sweep::EpochMetrics& metrics);
  void trial_over(const runners::schedule::RunState&, const sweep::TrialResult&, double) override {}
  void note(std::string_view line) override;
  void turned(const runners::schedule::RunState& state, double now) override;
  void ended() override;

 private:
  runners::schedule::TextOutput output_;
  bool terminal_ = false;
  std::int64_t epochs_ = 0;
  std::string shown_;  // the line that is drawn over
};

}  // namespace firesweep::cli
