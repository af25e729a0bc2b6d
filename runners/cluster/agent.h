// One agent: claims trials of a run directory's queue, as many as its executor has room for, until
// nothing is left, and reclaims those of lost agents. It is a strategy for the run loop, which
// trains what it hands out in worker processes like any other run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runners/cluster/agents.h"
#include "runners/cluster/claims.h"
#include "runners/cluster/job_queue.h"
#include "runners/schedule/strategy.h"

namespace firesweep::runners::cluster {

struct AgentOptions {
  AgentIdentity identity;
  double lease_seconds = 90.0;    // of silence, after which others reclaim its trials
  std::function<double()> clock;  // seconds, never going back
  std::uint64_t seed = 0;         // of the order in which it tries files; agents should differ
  /// Notified of a trial before it is handed out.
  std::function<void(const QueuedJob&)> on_acquired;
  /// Notified that a trial was claimed by a lost agent; false: the trial is done with that.
  std::function<bool(const QueuedJob&, const std::string& agent)> on_reclaim;
};

/// All may throw FileError.
class Agent final : public schedule::Strategy {
 public:
  /// `files` must outlive it.
  Agent(SharedFiles& files, AgentOptions options);
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  /// Releases what it still holds.
  ~Agent() override;

  [[nodiscard]] std::optional<schedule::Assignment> ask() override;
  void tell(const schedule::Outcome& outcome) override;
  [[nodiscard]] std::size_t remaining() const override;
  [[nodiscard]] bool may_wait() const override { return true; }

  /// To be called a few times per second: makes a heartbeat when one is due, and reads the commands
  /// if it was notified of new ones.
  void tick();
  /// Trials it holds that must stop: dropped by command, or no longer its own.
  [[nodiscard]] std::vector<std::string> unwanted() const;
  [[nodiscard]] jobs::Job job(const schedule::Assignment& assignment) const;

  [[nodiscard]] const std::string& name() const { return presence_->name(); }
  [[nodiscard]] std::vector<std::string> held() const;
  /// Whether a command says that all agents exit.
  [[nodiscard]] bool cancelled() const { return commands_.exit; }
  /// Whether any epoch was finished here.
  [[nodiscard]] bool productive() const { return epochs_ > 0; }
  /// Whether the queue was empty at the last scan.
  [[nodiscard]] bool queue_empty() const { return queue_empty_; }

 private:
  struct Entry {
    QueuedJob job;
    bool done = false;  // there is a result, the job reached its rung, or it was dropped
  };
  struct Place {
    std::string file;
    std::size_t index = 0;
  };
  struct Held {
    int generation = 0;
    QueuedJob job;
    std::string file{};
  };
  /// The agent that started a file goes from its front to its end and needs no check for results of
  /// others before it claims. Helpers come from the end.
  enum class Role { kOwner, kHelper };
  struct Cursor {
    std::string file{};
    std::size_t index = 0;
    Role role = Role::kOwner;
  };
  /// A trial that was available at the last scan: not claimed (generation 0), or claimed as
  /// `generation` by a lost agent, or released as that.
  struct Available {
    std::string file{};
    std::size_t index = 0;
    int generation = 0;
  };

  [[nodiscard]] std::optional<schedule::Assignment> scan(double now);
  void find_available(std::vector<std::string> started);
  [[nodiscard]] std::size_t check_file(const std::string& file);
  void find_orphans();
  [[nodiscard]] std::optional<Place> place_in(const std::string& file, std::string_view key);
  void wait_longer(double now);
  [[nodiscard]] double min_delay() const;
  [[nodiscard]] bool is_surplus(double now);

  [[nodiscard]] std::optional<schedule::Assignment> start_file();
  [[nodiscard]] std::optional<schedule::Assignment> start(const std::string& name);
  [[nodiscard]] std::optional<schedule::Assignment> next_in_file();
  [[nodiscard]] std::optional<schedule::Assignment> acquire_available();
  [[nodiscard]] std::optional<schedule::Assignment> help_with(const Available& available);
  [[nodiscard]] std::optional<schedule::Assignment> reclaim(const Available& available);
  [[nodiscard]] std::optional<schedule::Assignment> acquire(const std::string& name,
                                                            std::size_t index, Role role);
  /// Claims it, and checks whether it is done after all.
  [[nodiscard]] bool claim(const std::string& file, Entry& entry, int generation, Role role);
  [[nodiscard]] bool is_done(Entry& entry);
  [[nodiscard]] std::vector<Entry>* entries_of(const std::string& name);
  void retire_if_done(const std::string& name);
  void mark_done(const std::string& key);
  void start_again();
  void released(std::string_view trial);
  void reached_rung(const schedule::Paused& paused);
  void close(std::string_view trial);
  [[nodiscard]] schedule::Assignment hand_out(const QueuedJob& job) const;

  SharedFiles& files_;
  AgentOptions options_;
  JobQueue queue_;
  Claims claims_;
  AgentWatch watch_;
  std::unique_ptr<AgentPresence> presence_;
  std::mt19937_64 random_;

  JobQueue::Commands commands_;
  double next_heartbeat_ = 0.0;
  bool lost_ = false;  // others have declared this agent lost; its trials are being stopped

  std::unordered_map<std::string, std::vector<Entry>> entries_;  // files read so far
  std::unordered_map<std::string, Place> places_;                // job's key -> where it is
  std::map<std::string, Held, std::less<>> held_;                // by trial
  std::vector<std::string> again_;                               // held, to be handed out again
  Cursor current_;

  bool alone_ = true;                                       // then it starts files in order
  std::vector<std::string> untouched_;                      // files at the last scan, last first
  std::vector<Available> available_;                        // at the last scan
  ClaimList claimed_elsewhere_;                             // as far as it has met them
  std::unordered_map<std::string, Claims::Holder> owners_;  // "key.generation" -> its holder
  std::size_t listed_names_ = 0;                            // by the last scan
  bool checked_all_ = false;                                // by the last scan
  bool found_any_ = false;                                  // at the last scan
  double next_scan_ = 0.0;
  std::optional<double> idle_since_;
  bool done_ = false;  // nothing is left for it
  bool queue_empty_ = false;
  std::size_t epochs_ = 0;
};

}  // namespace firesweep::runners::cluster
