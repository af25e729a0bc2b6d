// cluster.json of a run directory: what all agents of a run have in common. If the file
// exists, trials are trained by agents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "runners/cluster/shared_files.h"

namespace firesweep::runners::cluster {

struct AgentSettings {
  int threads_per_job = 1;  // other numbers of threads round differently
  std::string device = "cpu";
  std::size_t retries = 2;
  double trial_timeout_seconds = 0.0;   // 0: none
  std::int64_t memory_limit_bytes = 0;  // of a worker; 0: none
  double lease_seconds = 90.0;
};

void save_agent_settings(SharedFiles& files, const AgentSettings& settings);
/// Nothing if there is no such file. Throws Error ("cluster.json: ...").
[[nodiscard]] std::optional<AgentSettings> load_agent_settings(SharedFiles& files);
/// Removes the file and everything queued: from now on no agent works here.
void forget_agents(SharedFiles& files);

}  // namespace firesweep::runners::cluster
