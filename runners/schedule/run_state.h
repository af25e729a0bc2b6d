// The state of an active run: which trials are finished, which run and how far they are, how
// long it will take. Fed by the run loop, shown by progress sinks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "runners/jobs/messages.h"
#include "sweep/store/trial_result.h"

namespace firesweep::runners::schedule {

/// A trial of this run as it is planned.
struct PlannedTrial {
  std::string id;
  std::string label;  // "SR=0.125 bypass=none seed=1"
  double cost = 0.0;  // relative
  std::int64_t epochs = 0;
};

/// A trial that trains now.
struct RunningTrial {
  const PlannedTrial* plan = nullptr;
  double since = 0.0;      // seconds of the run's clock
  std::int64_t epoch = 0;  // the current one, from 1; 0: not started
  std::int64_t images = 0;
  std::int64_t images_per_epoch = 0;
  double images_per_second = 0.0;
  std::optional<double> validation_top1;  // of its last finished epoch
  double resumed_fraction = 0.0;          // of its epochs, done before it was resumed here

  /// Of its epochs, 0 to 1.
  [[nodiscard]] double fraction() const;
};

/// All operations take constant time, but `running` is kept in order of submission.
class RunState {
 public:
  /// `planned`: trials to train. `finished_before`: trials of the sweep that had a result before.
  RunState(std::vector<PlannedTrial> planned, std::size_t finished_before, std::size_t workers);
  RunState(const RunState&) = delete;
  RunState& operator=(const RunState&) = delete;

  /// One more trial to train, if it is not planned yet.
  void plan_more(PlannedTrial trial);
  void started(std::string_view id, double now);
  void progressed(const jobs::TrialProgress& progress);
  void epoch_finished(const jobs::TrialEpoch& epoch);
  void paused(std::string_view id);
  void finished(const sweep::TrialResult& result);

  [[nodiscard]] std::size_t total() const { return planned_.size() + finished_before_; }
  [[nodiscard]] std::size_t finished_before() const { return finished_before_; }
  [[nodiscard]] std::size_t finished_here() const { return finished_; }
  [[nodiscard]] std::size_t finished_in_all() const { return finished_ + finished_before_; }
  [[nodiscard]] std::size_t workers() const { return workers_; }
  /// Trials that finished in this run in any other state than completed.
  [[nodiscard]] std::size_t unsuccessful() const { return unsuccessful_; }
  [[nodiscard]] const std::map<std::uint64_t, RunningTrial>& running() const { return running_; }
  [[nodiscard]] const PlannedTrial& plan(std::string_view id) const;
  /// Null if it does not run.
  [[nodiscard]] const RunningTrial* find_running(std::string_view id) const;

  /// Of the cost planned for this run, 0 to 1.
  [[nodiscard]] double fraction_done() const;
  /// From the cost done so far; absent before there is any.
  [[nodiscard]] std::optional<double> seconds_left(double now) const;
  /// Images/s of all running trials together.
  [[nodiscard]] double images_per_second() const;

 private:
  [[nodiscard]] RunningTrial* running_trial(std::string_view id);
  void remove_running(std::string_view id);
  /// Cost of running trials: what they did here, and what they need not do again.
  struct RunningCost {
    double done = 0.0;
    double resumed = 0.0;
  };
  [[nodiscard]] RunningCost running_cost() const;

  std::deque<PlannedTrial> planned_;                    // running trials point into it
  std::unordered_map<std::string, std::size_t> index_;  // id -> planned_
  std::size_t finished_before_ = 0;
  std::size_t workers_ = 0;
  std::size_t finished_ = 0;
  std::size_t unsuccessful_ = 0;
  std::map<std::uint64_t, RunningTrial> running_;  // by order of submission
  std::unordered_map<std::string, std::uint64_t> order_;
  std::uint64_t next_order_ = 0;
  double planned_cost_ = 0.0;
  double finished_cost_ = 0.0;  // planned cost of finished trials
  double done_cost_ = 0.0;      // cost of what was trained here
  std::optional<double> first_start_;
};

}  // namespace firesweep::runners::schedule
