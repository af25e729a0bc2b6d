// Agents: processes that train trials of one run directory together (`firesweep work`). Each has a
// file agents/<name>@<heartbeat>, which it renames to the next heartbeat every few seconds. One
// listing shows all of them, and whether they still go on, by comparing two listings: no clock is
// compared with that of another machine.
//
// An agent that was silent for a lease is declared lost by renaming its file, from the heartbeat it
// was last seen at to agents/<name>@lost: either that rename or its own next heartbeat succeeds,
// never both. So an agent that was only asleep learns it at its next heartbeat. In the same way
// agents are called: whoever has orders for them marks their files with a + behind the heartbeat.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runners/cluster/shared_files.h"

namespace firesweep::runners::cluster {

/// What an agent tells of itself.
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

/// A name nobody else has: host, process and chance. A pid alone would not do: containers and
/// virtual nodes count from 1.
[[nodiscard]] std::string new_agent_name(const AgentIdentity& identity);

/// One's own presence.
class AgentPresence {
 public:
  /// Makes the file. `files` must outlive it.
  AgentPresence(SharedFiles& files, const AgentIdentity& identity);
  AgentPresence(const AgentPresence&) = delete;
  AgentPresence& operator=(const AgentPresence&) = delete;
  /// Removes the file; what can't be removed is found silent after a lease.
  ~AgentPresence();

  [[nodiscard]] const std::string& name() const { return name_; }
  /// False if others have declared this agent lost: what it had claimed may be theirs by now.
  [[nodiscard]] bool heartbeat();
  /// Whether somebody had called before the last heartbeat: there are other orders.
  [[nodiscard]] bool notified() const { return notified_; }

 private:
  [[nodiscard]] std::string path(std::uint64_t heartbeat) const;

  SharedFiles& files_;
  std::string name_;
  std::uint64_t heartbeat_ = 0;
  bool notified_ = false;
  bool lost_ = false;
};

/// Makes each agent look for orders at its next heartbeat. Those that come later look by
/// themselves.
void notify_agents(SharedFiles& files);

/// An agent's file that has stayed the same for at least so many seconds.
struct Silence {
  std::string file{};
  double seconds = 0.0;
};

/// All agents of a run directory, watched by the clock of the one who looks.
class AgentWatch {
 public:
  /// `files` must outlive it. `lease`: seconds of silence after which an agent counts as lost.
  AgentWatch(SharedFiles& files, double lease) : files_(files), lease_(lease) {}

  /// Lists them, and no more.
  void list(double now = 0.0);
  /// Lists them, and declares those lost that have been silent for a lease. Returns the names of
  /// agents that this call has declared lost.
  std::vector<std::string> scan(double now);
  /// The second half of scan().
  std::vector<std::string> declare_silent(double now);
  /// Those that have missed a heartbeat or more, for whoever watches next.
  [[nodiscard]] std::vector<Silence> silent(double now) const;
  /// What another watcher had seen until `then`, by this one's clock.
  void inherit(const std::vector<Silence>& silences, double then);
  /// Whether it was there, and not lost, at the last look.
  [[nodiscard]] bool alive(const std::string& name) const { return agents_.count(name) > 0; }
  [[nodiscard]] std::size_t count() const { return agents_.size(); }
  [[nodiscard]] std::vector<std::string> names() const;
  /// Declares it lost without waiting, on better knowledge: its machine or its job is gone. False
  /// if it has made a heartbeat since the last look, or is not there.
  bool declare_lost(const std::string& name);
  /// Nothing if it is gone, or can't be read.
  [[nodiscard]] std::optional<AgentIdentity> identity(const std::string& name);

 private:
  struct Seen {
    std::string file;        // name and heartbeat
    double heartbeat = 0.0;  // when this heartbeat was first seen
    std::optional<AgentIdentity> identity{};
  };

  SharedFiles& files_;
  double lease_ = 0.0;
  std::unordered_map<std::string, Seen> agents_;
};

}  // namespace firesweep::runners::cluster
