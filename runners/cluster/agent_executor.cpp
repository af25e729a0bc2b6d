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
    const std::string* const job = jobs::closes_job(event) ? jobs::job_of(event) : nullptr;
    if (job == nullptr || stopped_.erase(*job) == 0) {
      continue;
    }
    if (std::holds_alternative<jobs::WorkerCrashed>(event)) {
      event = jobs::TrialPaused{*job, 0};  // not a failure
    }
  }
  return events;
}

}  // namespace firesweep::runners::cluster
