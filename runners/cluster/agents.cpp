#include "runners/cluster/agents.h"

#include <algorithm>
#include <cctype>
#include <random>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_fields.h"

namespace firesweep::runners::cluster {
namespace {

constexpr std::string_view kAgentDirectory = "agents/";
constexpr std::string_view kLost = "lost";
constexpr double kMissedHeartbeat = 0.3;  // of a lease
constexpr char kNotified = '+';
constexpr int kMaxNotifyRounds = 3;  // an agent's heartbeat may come between list and call

std::string file_of(std::string_view name) {
  return fmt::format("{}{}", kAgentDirectory, name);
}

}  // namespace

std::string serialize(const AgentIdentity& identity) {
  return nlohmann::json{{"host", identity.host},
                        {"pid", identity.pid},
                        {"since", identity.since},
                        {"slurm_job", identity.slurm_job},
                        {"jobs", identity.jobs}}
             .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

AgentIdentity parse_agent(std::string_view text) {
  const nlohmann::json json = base::parse_json(text);
  return {.host = base::text_field(json, "host"),
          .pid = base::integer_field(json, "pid"),
          .since = base::text_field(json, "since"),
          .slurm_job = base::text_field(json, "slurm_job"),
          .jobs = static_cast<std::size_t>(base::unsigned_field(json, "jobs"))};
}

std::string new_agent_name(const AgentIdentity& identity) {
  std::string host = identity.host;
  std::ranges::replace_if(
      host, [](unsigned char c) { return std::isalnum(c) == 0 && c != '.' && c != '-'; }, '-');
  std::random_device chance;
  return fmt::format("{}-{}-{:08x}", host, identity.pid, chance());
}

AgentPresence::AgentPresence(SharedFiles& files, const AgentIdentity& identity)
    : files_(files), name_(new_agent_name(identity)) {
  files_.write(path(0), serialize(identity));
}

AgentPresence::~AgentPresence() {
  try {
    if (!lost_) {
      files_.remove(path(heartbeat_));
      files_.remove(path(heartbeat_) + kNotified);
    }
  } catch (const Error&) {
  }
}

std::string AgentPresence::path(std::uint64_t heartbeat) const {
  return fmt::format("{}{}@{}", kAgentDirectory, name_, heartbeat);
}

bool AgentPresence::heartbeat() {
  notified_ = false;
  if (!lost_ && !files_.rename(path(heartbeat_), path(heartbeat_ + 1))) {
    notified_ = files_.rename(path(heartbeat_) + kNotified, path(heartbeat_ + 1));
    lost_ = !notified_;
  }
  heartbeat_ += lost_ ? 0 : 1;
  return !lost_;
}

void notify_agents(SharedFiles& files) {
  std::unordered_set<std::string> notified;
  bool all = false;
  for (int i = 0; !all && i < kMaxNotifyRounds; ++i) {
    all = true;
    for (const std::string& file : files.list("agents")) {
      const std::string name = file.substr(0, file.rfind('@'));
      if (file.front() == '.' || file.back() == kNotified || notified.count(name) > 0) {
        continue;
      }
      const bool marked = files.rename(file_of(file), file_of(file) + kNotified);
      marked ? (void)notified.insert(name) : (void)(all = false);
    }
  }
}

void AgentWatch::list(double now) {
  std::unordered_map<std::string, Seen> there;
  for (const std::string& file : files_.list("agents")) {
    const std::size_t at = file.rfind('@');
    if (at == std::string::npos || file.front() == '.' || file.substr(at + 1) == kLost) {
      continue;
    }
    const std::string name = file.substr(0, at);
    const auto known = agents_.find(name);
    if (known == agents_.end()) {
      there.emplace(name, Seen{file, now});
    } else if (known->second.file != file) {
      there.emplace(name, Seen{file, now, known->second.identity});
    } else {
      there.emplace(name, known->second);
    }
  }
  agents_ = std::move(there);
}

std::vector<std::string> AgentWatch::scan(double now) {
  list(now);
  std::vector<std::string> silent;
  for (const auto& [name, seen] : agents_) {
    if (now - seen.since > lease_) {
      silent.push_back(name);
    }
  }
  std::erase_if(silent, [this](const std::string& name) { return !declare_lost(name); });
  return silent;
}

std::size_t AgentWatch::silent(double now) const {
  return static_cast<std::size_t>(
      std::count_if(agents_.begin(), agents_.end(), [this, now](const auto& agent) {
        return now - agent.second.since > kMissedHeartbeat * lease_;
      }));
}

std::vector<std::string> AgentWatch::names() const {
  std::vector<std::string> names;
  for (const auto& [name, seen] : agents_) {
    names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

bool AgentWatch::declare_lost(const std::string& name) {
  const auto found = agents_.find(name);
  if (found == agents_.end()) {
    return false;
  }
  const std::string lost = file_of(fmt::format("{}@{}", name, kLost));
  const bool declared = files_.rename(file_of(found->second.file), lost);
  if (declared) {
    files_.remove(lost);  // that its own file is gone is what the agent finds
    agents_.erase(found);
  }
  return declared;
}

std::optional<AgentIdentity> AgentWatch::identity(const std::string& name) {
  const auto found = agents_.find(name);
  if (found == agents_.end()) {
    return std::nullopt;
  }
  std::optional<AgentIdentity>& identity = found->second.identity;
  if (!identity) {
    try {
      if (const auto text = files_.read(file_of(found->second.file))) {
        identity = parse_agent(*text);
      }
    } catch (const Error&) {
      // It exists, and that is what matters.
    }
  }
  return identity;
}

}  // namespace firesweep::runners::cluster
