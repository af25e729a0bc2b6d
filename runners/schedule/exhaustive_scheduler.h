// Every trial once, from start to end.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "runners/schedule/scheduler.h"

namespace firesweep::runners::schedule {

/// A trial that is not over yet.
struct PendingTrial {
  std::string id;
  double cost = 0.0;  // relative; the unit does not matter
  std::int64_t epochs = 0;
};

/// The costliest first, so that no long trial starts when the others are through; equal costs in
/// the given order.
class ExhaustiveScheduler final : public Scheduler {
 public:
  explicit ExhaustiveScheduler(std::vector<PendingTrial> trials);

  [[nodiscard]] std::optional<Assignment> next() override;
  void epoch_reported(std::string_view trial_id, const sweep::EpochMetrics& metrics) override;
  void paused(std::string_view trial_id, std::int64_t epoch) override;
  void finished(const sweep::TrialResult& result) override;
  [[nodiscard]] std::size_t remaining() const override;

 private:
  std::deque<Assignment> waiting_;
  std::unordered_map<std::string, std::int64_t> handed_out_;  // id -> last epoch
};

}  // namespace firesweep::runners::schedule
