#include "runners/schedule/stage_loop.h"

#include <chrono>
#include <deque>
#include <unordered_map>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"

namespace firesweep::runners::schedule {
namespace {

class StageLoop {
 public:
  StageLoop(const StageContext& context, std::vector<jobs::StageJob> stage_jobs)
      : context_(context),
        waiting_(std::make_move_iterator(stage_jobs.begin()),
                 std::make_move_iterator(stage_jobs.end())) {}

  StageOutcome run() {
    while (outcome_.end == RunEnd::kComplete && !(waiting_.empty() && running_.empty())) {
      if (context_.stop != 0) {
        outcome_.end = RunEnd::kInterrupted;
        break;
      }
      submit_what_fits();
      turn();
      cancel_overdue();
    }
    cancel_running();
    return std::move(outcome_);
  }

  // One for each event.
  void operator()(const jobs::WorkerReady&) {}
  void operator()(const jobs::TrialProgress&) {}
  // Stages train nothing: no job was submitted that could end in these.
  void operator()(const jobs::TrialEpoch&) {}
  void operator()(const jobs::TrialFinished&) {}
  void operator()(const jobs::Measured&) {}
  void operator()(const jobs::RatesTested&) {}
  /// An executor that queues has lost the job's file: it is queued again.
  void operator()(const jobs::TrialPaused& paused) {
    if (auto running = take(paused.trial_id)) {
      waiting_.push_front(std::move(running->job));
    }
  }
  void operator()(const jobs::StageFinished& finished) {
    if (take(finished.result.variant.id)) {
      record(finished.result);
    }
  }
  void operator()(const jobs::JobFailed& failed) {
    if (const auto running = take(failed.job_id)) {
      record(failure(*running, failed.reason));
    }
  }
  void operator()(const jobs::TrialBlocked& blocked) {
    take(blocked.trial_id);
    block(blocked.reason);
  }
  void operator()(const jobs::WorkerCrashed& lost) {
    auto running = take(lost.job_id);
    if (!running || stopping_) {
      return;
    }
    if (running->timed_out) {
      record(failure(*running, fmt::format("took longer than the {} s that a variant may take",
                                           context_.policy.trial_timeout_seconds)));
    } else if (!sweep::is_transient(lost.cause) || running->attempts >= context_.policy.retries) {
      // A worker that was ended here did not crash.
      record(failure(*running, lost.cause == sweep::FailureCause::kMemory
                                   ? lost.reason
                                   : fmt::format("the worker crashed: {}", lost.reason)));
    } else {
      ++running->attempts;
      context_.progress.note(
          fmt::format("{} of trial {}: the worker crashed: {}; trying again ({} "
                      "of {})",
                      running->job.variant.stage, running->job.variant.trial_id, lost.reason,
                      running->attempts, context_.policy.retries));
      attempts_[running->job.variant.id] = running->attempts;
      waiting_.push_front(std::move(running->job));
    }
  }

 private:
  struct Running {
    jobs::StageJob job;
    double since = 0.0;
    std::size_t attempts = 0;  // crashes before this one
    bool timed_out = false;
  };

  void submit_what_fits() {
    while (!waiting_.empty() && context_.executor.free_slots() > 0) {
      Running running{std::move(waiting_.front()), context_.clock()};
      waiting_.pop_front();
      const std::string id = running.job.variant.id;
      if (const auto attempts = attempts_.find(id); attempts != attempts_.end()) {
        running.attempts = attempts->second;
      }
      context_.executor.submit(running.job);
      running_.emplace(id, std::move(running));
    }
  }

  void turn() {
    constexpr std::chrono::milliseconds kStageTurn{100};
    for (const jobs::Event& event : context_.executor.poll(kStageTurn)) {
      try {
        std::visit(*this, event);
      } catch (const FileError& error) {
        block(error.what());
      }
    }
  }

  void cancel_overdue() {
    const double limit = context_.policy.trial_timeout_seconds;
    if (limit <= 0.0) {
      return;
    }
    const double now = context_.clock();
    for (auto& [id, running] : running_) {
      if (!running.timed_out && now - running.since > limit) {
        running.timed_out = true;
        context_.executor.cancel(id);
      }
    }
  }

  void cancel_running() {
    stopping_ = true;
    for (const auto& [id, running] : running_) {
      context_.executor.cancel(id);
    }
    while (!running_.empty()) {
      turn();
    }
  }

  /// The job is closed. Nothing if it is none of ours.
  std::optional<Running> take(const std::string& id) {
    const auto found = running_.find(id);
    if (found == running_.end()) {
      return std::nullopt;
    }
    Running running = std::move(found->second);
    running_.erase(found);
    return running;
  }

  sweep::VariantResult failure(const Running& running, std::string reason) const {
    return {.variant = running.job.variant,
            .completed = false,
            .reason = reason.empty() ? "the worker gave no reason" : std::move(reason),
            .metrics = {},
            .seconds = context_.clock() - running.since};
  }

  void record(const sweep::VariantResult& result) {
    context_.record(result);
    ++(result.completed ? outcome_.completed : outcome_.failed);
    if (!result.completed) {
      context_.progress.note(fmt::format("{} of trial {} failed: {}", result.variant.stage,
                                         result.variant.trial_id, result.reason));
    }
  }

  void block(std::string reason) {
    if (outcome_.end != RunEnd::kBlocked) {
      outcome_.end = RunEnd::kBlocked;
      outcome_.blocked_by = std::move(reason);
    }
  }

  const StageContext& context_;
  std::deque<jobs::StageJob> waiting_;
  std::unordered_map<std::string, Running> running_;  // by variant id
  std::unordered_map<std::string, std::size_t> attempts_;
  bool stopping_ = false;
  StageOutcome outcome_;
};

}  // namespace

StageOutcome run_stages(const StageContext& context, std::vector<jobs::StageJob> stage_jobs) {
  return StageLoop(context, std::move(stage_jobs)).run();
}

}  // namespace firesweep::runners::schedule
