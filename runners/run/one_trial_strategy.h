// The strategy of a run that has one trial.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "runners/schedule/grid_strategy.h"
#include "runners/schedule/strategy.h"
#include "sweep/store/trial_result.h"

namespace firesweep::runners::run {

/// Assigns one trial and passes its epochs on as they are reported.
class OneTrialStrategy final : public schedule::Strategy {
 public:
  using OnEpoch = std::function<void(const sweep::EpochMetrics&)>;

  OneTrialStrategy(schedule::PendingTrial trial, OnEpoch on_epoch);

  [[nodiscard]] std::optional<schedule::Assignment> ask() override { return trial_.ask(); }
  void tell(const schedule::Outcome& outcome) override;
  [[nodiscard]] std::size_t remaining() const override { return trial_.remaining(); }

 private:
  schedule::GridStrategy trial_;
  OnEpoch on_epoch_;
};

}  // namespace firesweep::runners::run
