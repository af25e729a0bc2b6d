#include "runners/cluster/agent_settings.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_fields.h"
#include "runners/cluster/job_queue.h"

namespace firesweep::runners::cluster {
namespace {

constexpr const char* kFile = "cluster.json";

}  // namespace

void save_agent_settings(SharedFiles& files, const AgentSettings& settings) {
  files.write(kFile, base::to_file_text({{"threads_per_job", settings.threads_per_job},
                                         {"device", settings.device},
                                         {"retries", settings.retries},
                                         {"trial_timeout_seconds", settings.trial_timeout_seconds},
                                         {"memory_limit_bytes", settings.memory_limit_bytes},
                                         {"lease_seconds", settings.lease_seconds}}));
}

std::optional<AgentSettings> load_agent_settings(SharedFiles& files) {
  const auto text = files.read(kFile);
  if (!text) {
    return std::nullopt;
  }
  try {
    const nlohmann::json json = base::parse_json(*text);
    return AgentSettings{
        .threads_per_job = static_cast<int>(base::integer_field(json, "threads_per_job")),
        .device = base::text_field(json, "device"),
        .retries = static_cast<std::size_t>(base::unsigned_field(json, "retries")),
        .trial_timeout_seconds = base::number_field(json, "trial_timeout_seconds"),
        .memory_limit_bytes = base::integer_field(json, "memory_limit_bytes"),
        .lease_seconds = base::number_field(json, "lease_seconds")};
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", kFile, error.what()));
  }
}

void forget_agents(SharedFiles& files) {
  files.remove(kFile);
  JobQueue(files).clear();
  for (const std::string directory : {"claims", "agents", "clocks", kAnswerDirectory}) {
    for (const std::string& name : files.list(directory)) {
      files.remove(fmt::format("{}/{}", directory, name));
    }
  }
}

}  // namespace firesweep::runners::cluster
