#include "runners/cluster/agent_executor.h"

namespace firesweep::runners {

std::vector<Event> AgentExecutor::poll(std::chrono::milliseconds timeout) {
  agent_.tick();
  for (const std::string& trial : agent_.unwanted()) {
    if (stopped_.insert(trial).second) {
      executor_.cancel(trial);
    }
  }
  std::vector<Event> events = executor_.poll(timeout);
  for (Event& event : events) {
    const std::string* const trial = closes_job(event) ? trial_of(event) : nullptr;
    if (trial == nullptr || stopped_.erase(*trial) == 0) {
      continue;
    }
    if (std::holds_alternative<WorkerLost>(event)) {
      event = TrialPaused{*trial, 0};  // nobody's failure
    }
  }
  return events;
}

}  // namespace firesweep::runners
