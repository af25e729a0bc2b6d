// An executor in memory: every poll moves the oldest job on by one event. What becomes of a job is
// the beginning of its id: work, hang, crash, block, pause (after an epoch), refuse (a job that
// trains nothing), flaky<n> (crashes n times, then works), requeue (a stage's job that is to be
// queued again once, then works).
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/schedule/support.h"

namespace firesweep::tests {

class FakeExecutor final : public runners::schedule::Executor {
 public:
  explicit FakeExecutor(std::size_t jobs) : capacity_(jobs) {}

  [[nodiscard]] std::size_t capacity() const override { return capacity_; }
  [[nodiscard]] std::size_t free_slots() const override { return capacity_ - running_.size(); }

  void submit(const runners::jobs::Job& job) override {
    submitted.push_back(job.id);
    running_.emplace_back();
    running_.back().id = job.id;
    running_.back().name = name_of(job);
    if (std::holds_alternative<runners::jobs::BenchJob>(job.payload)) {
      running_.back().answer = runners::jobs::Measured{job.id, {}};
    }
    if (std::holds_alternative<runners::jobs::RateJob>(job.payload)) {
      running_.back().answer = runners::jobs::RatesTested{job.id, {}};
    }
    if (const auto* const stage = std::get_if<runners::jobs::StageJob>(&job.payload)) {
      running_.back().variant = stage->variant;
    }
    if (const auto* const train = std::get_if<runners::jobs::TrainJob>(&job.payload)) {
      running_.back().epochs = train->from_epoch;
      running_.back().to_epoch = train->to_epoch;
      running_.back().at_rung = runners::jobs::ends_at_rung(*train);
    }
    ++attempts_[running_.back().name];
  }

  [[nodiscard]] std::vector<runners::jobs::Event> poll(std::chrono::milliseconds) override {
    for (std::size_t i = 0; i < running_.size(); ++i) {
      if (running_[i].cancelled || running_[i].name.rfind("hang", 0) != 0) {
        return {step(i)};
      }
    }
    return {};
  }

  void cancel(std::string_view job_id) override {
    for (Running& running : running_) {
      running.cancelled = running.cancelled || running.id == job_id;
    }
  }

  std::vector<std::string> submitted;  // in order

 private:
  struct Running {
    std::string id;
    std::string name{};                            // begins with what becomes of it
    std::optional<runners::jobs::Event> answer{};  // of a job that trains nothing
    std::optional<sweep::Variant> variant{};
    std::int64_t epochs = 0;
    std::int64_t to_epoch = 2;
    bool at_rung = false;  // where its job ends
    bool cancelled = false;
  };

  runners::jobs::Event step(std::size_t index) {
    Running& running = running_[index];
    const std::string id = running.id;
    if (running.variant) {
      return stage_step(index);
    }
    const bool pauses = id.rfind("pause", 0) == 0;
    if (running.answer && !running.cancelled && !is_lost(id)) {
      const runners::jobs::Event answer = *running.answer;
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(index));
      if (id.rfind("refuse", 0) == 0) {
        return runners::jobs::JobFailed{id, "no bf16 here"};
      }
      return answer;
    }
    if (!running.cancelled && !is_lost(id) && running.epochs < (pauses ? 1 : running.to_epoch)) {
      sweep::EpochMetrics metrics;
      metrics.epoch = ++running.epochs;
      return runners::jobs::TrialEpoch{id, metrics};
    }
    const bool cancelled = running.cancelled;
    const std::int64_t epochs = running.epochs;
    const bool at_rung = running.at_rung && !cancelled;
    const bool blocked = id.rfind("block", 0) == 0;
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(index));
    if (at_rung && !is_lost(id)) {
      return runners::jobs::TrialPaused{id, epochs};
    }
    if (epochs == 2 && !is_lost(id)) {
      return runners::jobs::TrialFinished{completed(id)};
    }
    if (pauses && !cancelled) {
      return runners::jobs::TrialPaused{id, epochs};
    }
    if (blocked) {
      return runners::jobs::TrialBlocked{id, "no space"};
    }
    return runners::jobs::WorkerCrashed{id, "killed by signal 9 (Killed)"};
  }

  runners::jobs::Event stage_step(std::size_t index) {
    const Running running = running_[index];
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(index));
    if (running.name.rfind("block", 0) == 0) {
      return runners::jobs::TrialBlocked{running.id, "no space"};
    }
    if (running.cancelled || is_lost(running.name)) {
      return runners::jobs::WorkerCrashed{running.id, "killed by signal 9 (Killed)"};
    }
    if (running.name.rfind("requeue", 0) == 0 && attempts_.at(running.name) == 1) {
      return runners::jobs::TrialPaused{running.id, 0};
    }
    if (running.name.rfind("refuse", 0) == 0) {
      return runners::jobs::JobFailed{running.id, "no bf16 here"};
    }
    return runners::jobs::StageFinished{{.variant = *running.variant}};
  }

  /// crash-...: always; flaky<n>-...: n times.
  [[nodiscard]] bool is_lost(const std::string& id) const {
    const bool flaky = id.rfind("flaky", 0) == 0;
    return id.rfind("crash", 0) == 0 || id.rfind("block", 0) == 0 ||
           (flaky && attempts_.at(id) <= id[5] - '0');
  }

  std::size_t capacity_;
  std::deque<Running> running_;
  std::map<std::string, int> attempts_;
};

}  // namespace firesweep::tests
