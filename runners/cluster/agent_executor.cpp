#include "runners/cluster/agent_executor.h"

namespace firesweep::runners::cluster {

std::vector<jobs::Event> AgentExecutor::poll(std::chrono::milliseconds timeout) {
  agent_.tick();
  for (const std::string& trial : agent_.unwanted()) {
    if (stopped_.insert(trial).second) {
      executor_.cancel(trial);
    }
  }
  std::vector<jobs::Event> events = executor_.poll(timeout);
  for (jobs::Event& event : events) {
    const std::string* const trial = jobs::closes_job(event) ? jobs::trial_of(event) : nullptr;
    if (trial == nullptr || stopped_.erase(*trial) == 0) {
      continue;
    }
    if (std::holds_alternative<jobs::WorkerLost>(event)) {
      event = jobs::TrialPaused{*trial, 0};  // nobody's failure
    }
  }
  return events;
}

}  // namespace firesweep::runners::cluster
