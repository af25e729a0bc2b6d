// A strategy whose decisions are in the trial log before they are carried out, so that a run that
// is resumed repeats them.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "runners/schedule/strategy.h"
#include "sweep/store/trial_log.h"

namespace firesweep::runners::schedule {

class LoggedStrategy final : public Strategy {
 public:
  /// Replays the log into `strategy`; both must outlive it. take_decisions() returns the replayed
  /// ones first: what the earlier run did not get to is then carried out. Throws FileError, or
  /// Error for a log that can't be read.
  LoggedStrategy(Strategy& strategy, sweep::TrialLog& log);

  [[nodiscard]] std::optional<Assignment> ask() override;
  void tell(const Outcome& outcome) override;
  [[nodiscard]] std::vector<sweep::Decision> take_decisions() override;
  [[nodiscard]] std::size_t remaining() const override { return strategy_.remaining(); }
  [[nodiscard]] bool may_wait() const override { return strategy_.may_wait(); }

 private:
  void log_new_decisions();

  Strategy& strategy_;
  sweep::TrialLog& log_;
  std::vector<sweep::Decision> decisions_;  // in the log, not yet taken
};

}  // namespace firesweep::runners::schedule
