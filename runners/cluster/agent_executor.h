// The executor of an agent: another one, whose jobs are cancelled when the agent must stop them.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "runners/cluster/agent.h"
#include "runners/schedule/executor.h"

namespace firesweep::runners::cluster {

class AgentExecutor final : public schedule::Executor {
 public:
  /// Both must outlive it.
  AgentExecutor(schedule::Executor& executor, Agent& agent) : executor_(executor), agent_(agent) {}

  [[nodiscard]] std::size_t capacity() const override { return executor_.capacity(); }
  [[nodiscard]] std::size_t free_slots() const override { return executor_.free_slots(); }
  void submit(const jobs::Job& job) override { executor_.submit(job); }
  [[nodiscard]] std::vector<jobs::Event> poll(std::chrono::milliseconds timeout) override;
  void cancel(std::string_view job_id) override { executor_.cancel(job_id); }

 private:
  schedule::Executor& executor_;
  Agent& agent_;
  std::unordered_set<std::string> stopped_;  // because the agent must stop them
};

}  // namespace firesweep::runners::cluster
