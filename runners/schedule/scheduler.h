// Which trial next, and what to do on a metric. Pure decisions: no processes, no files, no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sweep/store/trial_result.h"

namespace firesweep::runners::schedule {

/// Train trial `trial_id` up to the end of epoch `to_epoch`.
struct Assignment {
  std::string trial_id;
  std::int64_t from_epoch = 0;
  std::int64_t to_epoch = 0;
};

/// Owned by the run loop and called from one thread. Each trial handed out comes back exactly once
/// through `finished` (it is over) or `paused` (its job is over, the trial is not).
class Scheduler {
 public:
  virtual ~Scheduler() = default;

  /// The next job, or nothing if none is ready now (more may be after other trials report).
  [[nodiscard]] virtual std::optional<Assignment> next() = 0;
  virtual void epoch_reported(std::string_view trial_id, const sweep::EpochMetrics& metrics) = 0;
  virtual void paused(std::string_view trial_id, std::int64_t epoch) = 0;
  virtual void finished(const sweep::TrialResult& result) = 0;
  /// Trials that are not over, those handed out included; 0 ends the run.
  [[nodiscard]] virtual std::size_t remaining() const = 0;
  /// Whether it may have nothing to hand out for a while though nothing is handed out: it waits for
  /// others than the run loop.
  [[nodiscard]] virtual bool may_wait() const { return false; }
};

}  // namespace firesweep::runners::schedule
