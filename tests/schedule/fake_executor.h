// An executor in memory: every poll moves the oldest job on by one event.
#pragma once

#include <deque>
#include <vector>

#include "tests/schedule/support.h"

namespace firesweep::tests {

class FakeExecutor final : public runners::Executor {
 public:
  explicit FakeExecutor(std::size_t jobs) : capacity_(jobs) {}

  [[nodiscard]] std::size_t capacity() const override { return capacity_; }
  [[nodiscard]] std::size_t free_slots() const override { return capacity_ - running_.size(); }

  void submit(const runners::TrainJob& job) override {
    submitted.push_back(job.trial_id);
    running_.push_back({job.trial_id, 0, false});
  }

  [[nodiscard]] std::vector<runners::Event> poll(std::chrono::milliseconds) override {
    for (std::size_t i = 0; i < running_.size(); ++i) {
      if (running_[i].cancelled || running_[i].id.rfind("hang", 0) != 0) {
        return {step(i)};
      }
    }
    return {};
  }

  void cancel(std::string_view trial_id) override {
    for (Running& running : running_) {
      running.cancelled = running.cancelled || running.id == trial_id;
    }
  }

  std::vector<std::string> submitted;  // in order

 private:
  struct Running {
    std::string id;
    std::int64_t epochs = 0;
    bool cancelled = false;
  };

  runners::Event step(std::size_t index) {
    Running& running = running_[index];
    const std::string id = running.id;
    if (!running.cancelled && id.rfind("crash", 0) != 0 && running.epochs < 2) {
      sweep::EpochMetrics metrics;
      metrics.epoch = ++running.epochs;
      return runners::TrialEpoch{id, metrics};
    }
    const bool finished = running.epochs == 2;
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(index));
    if (finished) {
      return runners::TrialFinished{completed(id)};
    }
    return runners::WorkerLost{id, "killed by signal 9 (Killed)"};
  }

  std::size_t capacity_;
  std::deque<Running> running_;
};

}  // namespace firesweep::tests
