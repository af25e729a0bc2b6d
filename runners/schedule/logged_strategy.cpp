#include "runners/schedule/logged_strategy.h"

#include <utility>

namespace firesweep::runners::schedule {

LoggedStrategy::LoggedStrategy(Strategy& strategy, sweep::TrialLog& log)
    : strategy_(strategy), log_(log), decisions_(log.load()) {
  for (const sweep::Decision& decision : decisions_) {
    strategy_.replay(decision);
  }
}

void LoggedStrategy::log_new_decisions() {
  std::vector<sweep::Decision> made = strategy_.take_decisions();
  log_.append(made);
  for (sweep::Decision& decision : made) {
    decisions_.push_back(std::move(decision));
  }
}

std::optional<Assignment> LoggedStrategy::ask() {
  log_new_decisions();  // those made without being told anything
  return strategy_.ask();
}

void LoggedStrategy::tell(const Outcome& outcome) {
  strategy_.tell(outcome);
  log_new_decisions();
}

std::vector<sweep::Decision> LoggedStrategy::take_decisions() {
  return std::exchange(decisions_, {});
}

}  // namespace firesweep::runners::schedule
