// Jobs for agents: they wait in the run directory's queue, and agents on this and other machines
// take them. The coordinator only watches the files that agents write; the agents don't need it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runners/cluster/agents.h"
#include "runners/cluster/claims.h"
#include "runners/cluster/job_queue.h"
#include "runners/schedule/executor.h"

namespace firesweep::runners::cluster {

struct QueueExecutorOptions {
  std::size_t capacity = 0;  // jobs that may be in the queue at once
  std::size_t agents = 1;    // expected
  double lease_seconds = 90.0;
  /// The time between two scans of the directory is within these: longer after a scan that found
  /// nothing new, shorter after one that did.
  double min_scan_seconds = 2.0;
  double max_scan_seconds = 15.0;
  std::function<double()> clock;  // seconds, never going back
  /// Sleeps; a signal ends it.
  std::function<void(std::chrono::milliseconds)> sleep;
  /// Takes lines for people; may be empty.
  std::function<void(std::string_view)> note{};
  /// Called when the run was cancelled: all agents are to exit.
  std::function<void()> on_cancelled{};
  /// Whether a trial is still part of the sweep; stale trials that an earlier
  /// coordinator queued are dropped. Empty: all are.
  std::function<bool(std::string_view trial)> in_sweep{};
  /// A trial's label and cost, for the agents.
  std::function<std::pair<std::string, double>(std::string_view trial)> describe{};
};

class QueueExecutor : public schedule::Executor {
 public:
  /// `files` must outlive it. Trials that an earlier coordinator queued stay where they are, unless
  /// they are no longer in the sweep: publish() notifies the agents.
  QueueExecutor(SharedFiles& files, QueueExecutorOptions options);

  [[nodiscard]] std::size_t capacity() const override { return options_.capacity; }
  [[nodiscard]] std::size_t free_slots() const override;
  [[nodiscard]] bool queues() const override { return true; }
  void submit(const jobs::Job& job) override;
  [[nodiscard]] std::vector<jobs::Event> poll(std::chrono::milliseconds timeout) override;
  /// Agents learn it with their next heartbeat.
  void cancel(std::string_view job_id) override;

  /// Puts what was submitted where agents find it; poll() does it too.
  void publish();

  [[nodiscard]] AgentWatch& agents() { return watch_; }
  [[nodiscard]] std::size_t open_jobs() const { return open_.size(); }

 protected:
  /// The directory has been scanned; `progress`: epochs and trials finished since the last scan.
  virtual void on_scanned(double /*now*/, std::size_t /*progress*/) {}
  [[nodiscard]] const QueueExecutorOptions& options() const { return options_; }

 private:
  struct Open {
    std::int64_t first_epoch = 0;  // of the job, from 1
    std::int64_t epochs_reported = 0;
    int generation = 0;  // of its claim; 0: none
    bool running = false;
    bool trains = true;  // false: its end is in an answer file
    bool cancelled = false;
    double next_epochs = 0.0;  // when its epochs are asked for, while it runs
    std::string file{};        // of the queue
    std::string key{};         // of its job
    std::int64_t rung = 0;     // epoch at which its job pauses; 0: it does not
  };

  void find_queued();
  void drop_stale_trials();
  void scan(double now, std::vector<jobs::Event>& events);
  void scan_claims(const ClaimList& claims, double now, std::vector<jobs::Event>& events);
  void scan_unclaimed(const ClaimList& claims, std::vector<jobs::Event>& events);
  void scan_neighbors(const std::string& trial, const ClaimList& claims,
                      std::vector<jobs::Event>& events);
  void scan_files(std::vector<jobs::Event>& events);
  void scan_one(std::vector<jobs::Event>& events);
  void scan_epochs(double now, std::vector<jobs::Event>& events);
  void report_epochs(const std::string& trial, Open& open, std::vector<jobs::Event>& events);
  /// True if its job is done, or is to be queued again.
  bool close_if_done(const std::string& trial, std::vector<jobs::Event>& events);

  [[nodiscard]] bool close_if_answered(const std::string& job_id, std::vector<jobs::Event>& events);

  void forget(const std::string& trial);
  void set_result_aside(const std::string& trial, std::string_view problem);

  SharedFiles& files_;
  QueueExecutorOptions options_;
  JobQueue queue_;
  Claims claims_;
  AgentWatch watch_;
  std::vector<QueuedJob> waiting_;  // submitted, not yet published
  std::map<std::string, Open, std::less<>> open_;
  std::unordered_map<std::string, std::string> queued_;              // job's key -> file
  std::unordered_map<std::string, std::set<std::string>> in_file_;   // file -> open trials
  std::unordered_map<std::string, std::vector<std::string>> order_;  // file -> keys of its jobs
  std::deque<std::pair<double, std::string>> epochs_due_;            // when, of which trial
  std::set<std::string, std::less<>> claimed_;                       // at the last scan
  std::set<std::string, std::less<>> cancelled_;                     // of open_
  JobQueue::Commands commands_;
  bool commands_changed_ = false;
  std::string cursor_;  // where scan_one continues
  double next_scan_ = 0.0;
  double scan_interval_ = 0.0;
  double next_watch_ = 0.0;
  double next_files_ = 0.0;
};

}  // namespace firesweep::runners::cluster
