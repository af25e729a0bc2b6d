// One agent: takes trials out of the queue of a run directory, as many as its executor has room
// for, until nothing is left, and takes over those of agents that are lost. A strategy for the run
// loop, which trains what it takes in worker processes as any other run does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runners/cluster/agents.h"
#include "runners/cluster/board.h"
#include "runners/cluster/claims.h"
#include "runners/cluster/job_queue.h"
#include "runners/schedule/strategy.h"

namespace firesweep::runners::cluster {

struct AgentOptions {
  AgentIdentity identity;
  double lease_seconds = 90.0;    // of silence, after which others take over
  std::function<double()> clock;  // seconds, never going back
  std::uint64_t seed = 0;         // of the order in which it looks: agents should differ
  /// Told of a trial before it is handed out.
  std::function<void(const QueuedJob&)> on_acquired;
  /// Told that a trial was claimed by an agent that is lost; false: it is over with that.
  std::function<bool(const QueuedJob&, const std::string& agent)> on_reclaim;
};

/// All may throw FileError.
class Agent final : public schedule::Strategy {
 public:
  /// `files` must outlive it.
  Agent(SharedFiles& files, AgentOptions options);
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  /// Gives back what it still holds.
  ~Agent() override;

  [[nodiscard]] std::optional<schedule::Assignment> ask() override;
  void tell(const schedule::Outcome& outcome) override;
  [[nodiscard]] std::size_t remaining() const override;
  [[nodiscard]] bool may_wait() const override { return true; }

  /// To be called a few times a second: makes a heartbeat when one is due, and reads orders if
  /// called.
  void tick();
  /// Trials it holds that must not go on: dropped by order, or no longer its own.
  [[nodiscard]] std::vector<std::string> unwanted() const;
  [[nodiscard]] jobs::TrainJob job(const schedule::Assignment& assignment) const;

  [[nodiscard]] const std::string& name() const { return presence_->name(); }
  [[nodiscard]] std::vector<std::string> held() const;
  /// Told to leave by order.
  [[nodiscard]] bool cancelled() const { return commands_.exit; }
  /// Whether any epoch was finished here.
  [[nodiscard]] bool productive() const { return epochs_ > 0; }
  /// Whether the queue was empty when it scanned last.
  [[nodiscard]] bool queue_empty() const { return queue_empty_; }

 private:
  struct Entry {
    QueuedJob job;
    bool over = false;  // its job is: there is a result, it reached its rung, or was dropped
  };
  struct Place {
    std::string file;
    std::size_t index = 0;
  };
  struct Held {
    int generation = 0;
    QueuedJob job{};
    std::string file{};
  };
  /// How it goes through a file: whoever began it needs not look for results of others first.
  enum class Way { kOwn, kHelping };
  struct Current {
    std::string file{};
    std::size_t index = 0;
    Way way = Way::kOwn;
  };

  [[nodiscard]] std::optional<schedule::Assignment> look(double now);
  void read_board(double now);
  [[nodiscard]] std::optional<schedule::Assignment> take_from_board();
  [[nodiscard]] bool too_many_try();
  [[nodiscard]] double idle_agents() const;
  [[nodiscard]] bool must_look(double now) const;
  [[nodiscard]] std::optional<schedule::Assignment> look_at_all(double now);
  [[nodiscard]] bool looks_for_many() const;
  [[nodiscard]] Board make_board(JobQueue::Files files, double now);
  void find_left(const std::vector<std::string>& started, Board& board);
  [[nodiscard]] std::size_t tell_left(const std::string& file,
                                      const std::vector<std::size_t>& unclaimed, Board& board);
  void find_orphans(Board& board);
  [[nodiscard]] std::optional<std::size_t> index_in(const std::string& file, std::string_view key);
  void wait_longer(double now);
  [[nodiscard]] double delay(double now) const;
  [[nodiscard]] double shortest_delay() const;
  [[nodiscard]] bool spare();

  [[nodiscard]] std::optional<schedule::Assignment> guess_file();
  [[nodiscard]] std::optional<schedule::Assignment> begin_file();
  [[nodiscard]] std::optional<schedule::Assignment> begin(const std::string& name);
  [[nodiscard]] std::optional<schedule::Assignment> go_on();
  [[nodiscard]] std::optional<schedule::Assignment> take_any_of(const std::string& name);
  [[nodiscard]] std::optional<schedule::Assignment> help_with(const Board::Open& open);
  [[nodiscard]] std::optional<schedule::Assignment> take_over(const Board::Open& open);
  [[nodiscard]] std::optional<schedule::Assignment> take(const std::string& name, std::size_t index,
                                                         Way way);
  /// Claims it, and looks whether it is over after all.
  [[nodiscard]] bool claim(const std::string& file, Entry& entry, int generation, Way way);
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
  bool lost_ = false;  // others have declared this agent lost; what it holds is running out

  std::unordered_map<std::string, std::vector<Entry>> entries_;  // files read so far
  std::unordered_map<std::string, Place> places_;                // job's key -> where it is
  std::vector<JobQueue::Batch> batches_;  // to guess files from; empty: no use
  std::vector<std::string> names_;  // some files that nobody had begun at the last look, last first
  Current current_;
  ClaimList claimed_elsewhere_;                             // as far as it has met them
  std::unordered_map<std::string, Claims::Holder> owners_;  // "key.generation" -> who
  std::map<std::string, Held, std::less<>> held_;           // by trial
  std::vector<std::string> again_;                          // held, and to be handed out again

  bool alone_ = true;              // then it takes files in order
  Board board_;                    // as it was read or written last
  double board_since_ = 0.0;       // when its number was first seen
  double patience_ = 1.0;          // how late the next board may be, relatively; each agent its own
  bool board_used_ = false;        // nothing of it is to be had any more
  bool board_own_ = false;         // written by this agent
  bool others_look_ = false;       // a board of others has come since this agent is idle
  std::optional<double> watches_;  // since when it looks itself
  double next_scan_ = 0.0;
  std::optional<double> idle_since_;
  bool done_ = false;  // nothing is left for it
  bool queue_empty_ = false;
  std::size_t epochs_ = 0;
};

}  // namespace firesweep::runners::cluster
