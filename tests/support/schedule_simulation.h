// Runs without processes, files or waiting: an executor whose workers live on a virtual clock. For
// tests, for measuring the coordinator, and for trying out schedulers at sizes beyond one machine.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runners/schedule/executor.h"
#include "runners/schedule/trial_store.h"

namespace firesweep::runners::schedule {

/// Seconds that pass only when a simulation advances them.
class VirtualClock {
 public:
  [[nodiscard]] double now() const { return now_; }
  void advance_to(double seconds) { now_ = std::max(now_, seconds); }

 private:
  double now_ = 0.0;
};

struct SimulationOptions {
  std::size_t workers = 1;
  /// From a job's start to its end; must be positive.
  std::function<double(const jobs::Job&)> seconds = [](const jobs::Job&) { return 1.0; };
  /// That an attempt loses its worker.
  std::function<double(const jobs::Job&)> loss_probability = [](const jobs::Job&) { return 0.0; };
  /// What closes a job that reaches its end; empty: trials are finished, designs measured.
  std::function<std::optional<jobs::Event>(const jobs::Job&)> closing{};
  std::uint64_t seed = 0;  // of the losses
  /// Validation top-1 of a trial after an epoch.
  std::function<double(std::string_view, std::int64_t)> validation_top1 =
      [](std::string_view, std::int64_t) { return 0.5; };
  /// Told of each epoch before it is reported, as a worker writes it first; may be empty.
  std::function<void(std::string_view, const sweep::EpochMetrics&)> on_epoch{};
};

/// A job that trains reports its epochs, evenly spaced. Each ends with what `closing` returns or
/// with the loss of its worker. poll() moves the clock to the next event, by `timeout` at most.
/// Constant work an event, but for the event queue's logarithm of the workers.
class SimulatedExecutor final : public Executor {
 public:
  /// `clock` must outlive the executor.
  SimulatedExecutor(SimulationOptions options, VirtualClock& clock);

  [[nodiscard]] std::size_t capacity() const override { return options_.workers; }
  [[nodiscard]] std::size_t free_slots() const override {
    return options_.workers - running_.size();
  }
  void submit(const jobs::Job& job) override;
  [[nodiscard]] std::vector<jobs::Event> poll(std::chrono::milliseconds timeout) override;
  void cancel(std::string_view job_id) override;

 private:
  struct Running {
    std::uint64_t attempt = 0;  // distinguishes this one from cancelled ones
    double started = 0.0;
    double seconds = 0.0;
    double lost_after = 0.0;  // seconds; more than `seconds`: it is not
    std::int64_t epochs = 0;  // to train; 0: it trains nothing
    std::int64_t from = 0;    // epochs done before it
    std::int64_t done = 0;
    jobs::Event closing;
    std::string job_id;
  };
  /// When something happens to an attempt.
  using Due = std::pair<double, std::uint64_t>;

  [[nodiscard]] static bool is_lost_next(const Running& running);
  [[nodiscard]] static double next_time(const Running& running);
  [[nodiscard]] jobs::Event happen(const Running& running) const;

  SimulationOptions options_;
  VirtualClock& clock_;
  std::uint64_t attempts_ = 0;
  std::unordered_map<std::uint64_t, Running> running_;         // by attempt
  std::unordered_map<std::string, std::uint64_t> attempt_of_;  // by job id
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::vector<jobs::Event> cancelled_;
};

/// Keeps counts, not results.
class SimulatedStore final : public TrialStore {
 public:
  [[nodiscard]] std::optional<sweep::TrialResult> result(std::string_view) const override {
    return std::nullopt;
  }
  void record(const sweep::TrialResult& result) override;
  [[nodiscard]] sweep::TrialResult failed_result(std::string_view id, sweep::FailureCause cause,
                                                 std::string reason) const override;
  [[nodiscard]] sweep::TrialResult pruned_result(std::string_view id,
                                                 std::string reason) const override;
  [[nodiscard]] std::optional<sweep::EpochMetrics> metrics(std::string_view,
                                                           std::int64_t) const override {
    return std::nullopt;
  }
  [[nodiscard]] std::size_t attempts(std::string_view id) const override;
  void add_attempt(std::string_view id, sweep::FailureCause cause, std::string reason) override;

  [[nodiscard]] std::size_t completed() const { return completed_; }
  [[nodiscard]] std::size_t failed() const { return failed_; }

 private:
  std::size_t completed_ = 0;
  std::size_t failed_ = 0;
  std::unordered_map<std::string, std::size_t> attempts_;
};

}  // namespace firesweep::runners::schedule
