// Agents: processes that train trials of one run directory together (`firesweep work`). Each has a
// file agents/<name>@<heartbeat>, which it renames to the next heartbeat every few seconds. One
// listing shows all of them, and comparing two shows which are active: no clock is compared with
// that of another machine.
//
// An agent that was silent for a lease is declared lost by renaming its file, from the heartbeat it
// was last seen at to agents/<name>@lost: either that rename or its own next heartbeat succeeds,
// never both. So an agent that was only asleep learns it at its next heartbeat. Agents are notified
// of commands in the same way: a + behind the heartbeat marks their files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runners/cluster/shared_files.h"

namespace firesweep::runners::cluster {

/// What an agent reports about itself.
struct AgentIdentity {
  std::string host;
  std::int64_t pid = 0;
  std::string since;      // UTC, ISO 8601
  std::string slurm_job;  // "123_4"; empty if it was started by hand
  std::size_t jobs = 1;   // trials it trains at once
};

[[nodiscard]] std::string serialize(const AgentIdentity& identity);
/// Throws Error naming what is wrong.
[[nodiscard]] AgentIdentity parse_agent(std::string_view text);

/// A unique name: host, process and a random number. A pid alone would not do: containers and
/// virtual nodes count from 1.
[[nodiscard]] std::string new_agent_name(const AgentIdentity& identity);

/// One's own presence.
class AgentPresence {
 public:
  /// Creates the file. `files` must outlive it.
  AgentPresence(SharedFiles& files, const AgentIdentity& identity);
  AgentPresence(const AgentPresence&) = delete;
  AgentPresence& operator=(const AgentPresence&) = delete;
  /// Removes the file; what can't be removed is found silent after a lease.
  ~AgentPresence();

  [[nodiscard]] const std::string& name() const { return name_; }
  /// False if others have declared this agent lost: what it had claimed may be theirs by now.
  [[nodiscard]] bool heartbeat();
  /// Whether there were new commands at the last heartbeat.
  [[nodiscard]] bool notified() const { return notified_; }

 private:
  [[nodiscard]] std::string path(std::uint64_t heartbeat) const;

  SharedFiles& files_;
  std::string name_;
  std::uint64_t heartbeat_ = 0;
  bool notified_ = false;
  bool lost_ = false;
};

/// Makes each agent read the commands at its next heartbeat. Agents that start later read them
/// anyway.
void notify_agents(SharedFiles& files);

/// All agents of a run directory, watched by the observer's clock.
class AgentWatch {
 public:
  /// `files` must outlive it. `lease`: seconds of silence after which an agent counts as lost.
  AgentWatch(SharedFiles& files, double lease) : files_(files), lease_(lease) {}

  /// Lists them, and no more.
  void list(double now = 0.0);
  /// Lists them, and declares those lost that have been silent for a lease. Returns the names of
  /// agents that this call has declared lost.
  std::vector<std::string> scan(double now);
  /// How many have missed a heartbeat or more.
  [[nodiscard]] std::size_t silent(double now) const;
  /// Whether it was there, and not lost, at the last scan.
  [[nodiscard]] bool alive(const std::string& name) const { return agents_.count(name) > 0; }
  [[nodiscard]] std::size_t count() const { return agents_.size(); }
  [[nodiscard]] std::vector<std::string> names() const;
  /// Declares it lost without waiting, because its machine or its job is known to be gone. False
  /// if it has made a heartbeat since the last scan, or is not there.
  bool declare_lost(const std::string& name);
  /// Nothing if it is gone, or can't be read.
  [[nodiscard]] std::optional<AgentIdentity> identity(const std::string& name);

 private:
  struct Seen {
    std::string file;    // name and heartbeat
    double since = 0.0;  // when this heartbeat was first seen
    std::optional<AgentIdentity> identity{};
  };

  SharedFiles& files_;
  double lease_ = 0.0;
  std::unordered_map<std::string, Seen> agents_;
};

}  // namespace firesweep::runners::cluster
