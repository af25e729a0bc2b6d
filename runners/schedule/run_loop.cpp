#include "runners/schedule/run_loop.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"

namespace firesweep::runners::schedule {
namespace {

constexpr std::chrono::milliseconds kTurn{100};
constexpr std::size_t kNoteIdDigits = 8;  // of an id in a note

class RunLoop {
 public:
  explicit RunLoop(const RunContext& context) : context_(context) {}

  RunOutcome run() {
    carry_out_decisions();
    for (const std::string& id : context_.finished_before) {
      if (const auto result = context_.store.result(id)) {
        tell(Finished{*result});
      }
    }
    train();
    if (outcome_.end != RunEnd::kInterrupted || !context_.leave_running) {
      cancel_running();
    }
    context_.progress.ended();
    return std::move(outcome_);
  }

  // One for each event.
  void operator()(const jobs::WorkerReady&) {}
  void operator()(const jobs::TrialProgress& progress) {
    if (context_.executor.queues()) {
      if (progress.epoch == 0) {
        context_.state.paused(progress.trial_id);
        return;
      }
      if (context_.state.find_running(progress.trial_id) == nullptr) {
        context_.state.started(progress.trial_id, context_.clock());
      }
    }
    context_.state.progressed(progress);
  }
  void operator()(const jobs::TrialEpoch& epoch) {
    context_.state.epoch_finished(epoch);
    tell(EpochReported{epoch.trial_id, epoch.metrics});
  }
  void operator()(const jobs::TrialFinished& finished) {
    // The worker has written it; a result that came only as an event is written here.
    context_.store.record(finished.result);
    finish(finished.result);
  }
  void operator()(const jobs::TrialPaused& paused) {
    const auto running = running_.find(paused.trial_id);
    if (running == running_.end() || paused.epoch < running->second) {
      release(paused.trial_id);  // it was interrupted
      return;
    }
    const Paused outcome{paused.trial_id, paused.epoch,
                         context_.store.metrics(paused.trial_id, paused.epoch)};
    if (!close(paused.trial_id)) {
      tell(outcome);
    }
  }
  void operator()(const jobs::TrialBlocked& blocked) {
    release(blocked.trial_id);
    block(blocked.reason);
  }
  void operator()(const jobs::Measured& measured) { answer(measured.job_id, measured); }
  void operator()(const jobs::RatesTested& tested) { answer(tested.job_id, tested); }
  void operator()(const jobs::JobFailed& failed) { answer(failed.job_id, failed); }
  void operator()(const jobs::StageFinished& finished) {
    answer(*jobs::job_of(finished), finished);
  }
  // One for each decision.
  void operator()(const sweep::Promote&) {}  // by what ask() returns
  void operator()(const sweep::Pause&) {}
  void operator()(const sweep::Prune& prune) {
    if (const auto result = context_.store.result(prune.trial)) {
      if (running_.count(prune.trial) == 0) {
        tell(Finished{*result});  // carried out by an earlier run
      }
    } else if (running_.count(prune.trial) == 0) {
      record_pruned(prune.trial, prune.reason);
    } else if (pruned_.emplace(prune.trial, prune.reason).second) {
      context_.executor.cancel(prune.trial);
    }
  }
  void operator()(const sweep::Create& create) {
    if (!context_.plan_created) {
      throw Error(
          fmt::format("this run can't train trial {}, which its strategy created", create.trial));
    }
    PlannedTrial planned = context_.plan_created(create);
    if (const auto result = context_.store.result(create.trial)) {
      tell(Finished{*result});
    } else {
      context_.state.plan_more(std::move(planned));
    }
  }
  void operator()(const jobs::WorkerCrashed& lost) {
    if (running_.count(lost.job_id) == 0) {
      if (!stopping_) {
        context_.progress.note(fmt::format("an idle worker has exited: {}", lost.reason));
      }
      return;
    }
    if (const auto result = context_.store.result(lost.job_id)) {
      finish(*result);  // it finished and crashed before it could report it
    } else if (pruned_.count(lost.job_id) > 0 ||
               (stopping_ && timed_out_.count(lost.job_id) == 0)) {
      release(lost.job_id);  // pruned; or cancelled, and it resumes from its checkpoint later
    } else if (timed_out_.count(lost.job_id) > 0) {
      fail(lost.job_id, sweep::FailureCause::kTimeout,
           fmt::format("took longer than the {} s that a trial may take",
                       context_.policy.trial_timeout_seconds));
    } else {
      retry_or_fail(lost);
    }
  }

 private:
  void train() {
    while (context_.strategy.remaining() > 0 && !stop_requested()) {
      submit_what_fits();
      if (running_.empty() && !context_.strategy.may_wait()) {
        throw Error("the strategy has trials left but none to run");
      }
      turn();
      cancel_overdue();
    }
  }

  [[nodiscard]] bool stop_requested() {
    if (context_.stop != 0 && outcome_.end == RunEnd::kComplete) {
      outcome_.end = RunEnd::kInterrupted;
    }
    return outcome_.end != RunEnd::kComplete;
  }

  void submit_what_fits() {
    while (context_.executor.free_slots() > 0) {
      const std::optional<Assignment> next = context_.strategy.ask();
      if (!next) {
        return;
      }
      running_.emplace(next->trial_id, next->to_epoch);
      if (!context_.executor.queues()) {
        context_.state.started(next->trial_id, context_.clock());
      }
      context_.executor.submit(context_.job(*next));
    }
  }

  void turn() {
    for (const jobs::Event& event : context_.executor.poll(kTurn)) {
      try {
        std::visit(*this, event);
      } catch (const FileError& error) {
        block(error.what());
        if (jobs::closes_job(event) && running_.count(*jobs::job_of(event)) > 0) {
          release(*jobs::job_of(event));
        }
      }
    }
    context_.progress.turned(context_.state, context_.clock());
  }

  /// Running trials are kept in the order they started, so the first that is in time ends the
  /// search.
  void cancel_overdue() {
    const double limit = context_.policy.trial_timeout_seconds;
    if (limit <= 0.0) {
      return;
    }
    const double now = context_.clock();
    for (const auto& [order, trial] : context_.state.running()) {
      if (now - trial.since <= limit) {
        return;
      }
      if (timed_out_.insert(trial.plan->id).second) {
        context_.executor.cancel(trial.plan->id);
      }
    }
  }

  void finish(const sweep::TrialResult& result) {
    running_.erase(result.id);
    timed_out_.erase(result.id);
    pruned_.erase(result.id);
    context_.progress.trial_finished(context_.state, result, context_.clock());
    context_.state.finished(result);
    tell(Finished{result});
    ++outcome_.finished;
    outcome_.failed += result.state == sweep::TrialState::kFailed ? 1U : 0U;
    const std::size_t limit = context_.policy.max_failures;
    if (limit > 0 && outcome_.failed >= limit && outcome_.end == RunEnd::kComplete &&
        context_.strategy.remaining() > 0) {
      outcome_.end = RunEnd::kTooManyFailures;
    }
    if (context_.on_result) {
      context_.on_result(result);
    }
  }

  void tell(const Outcome& outcome) {
    context_.strategy.tell(outcome);
    carry_out_decisions();
  }

  void carry_out_decisions() {
    for (const sweep::Decision& decision : context_.strategy.take_decisions()) {
      std::visit(*this, decision);
    }
  }

  void record_pruned(const std::string& id, std::string reason) {
    const sweep::TrialResult result = context_.store.pruned_result(id, std::move(reason));
    context_.store.record(result);
    finish(result);
  }

  /// Ends a job whose trial is not finished. True if the trial is: it was pruned meanwhile.
  bool close(const std::string& id) {
    running_.erase(id);
    context_.state.paused(id);
    const auto pruned = pruned_.find(id);
    if (pruned == pruned_.end()) {
      return false;
    }
    record_pruned(id, pruned->second);
    return true;
  }

  void answer(const std::string& id, const jobs::Event& event) {
    running_.erase(id);
    timed_out_.erase(id);
    context_.state.paused(id);
    tell(Answered{id, event});
  }

  void release(const std::string& id) {
    if (!close(id)) {
      tell(Released{id});
    }
  }

  void retry_or_fail(const jobs::WorkerCrashed& lost) {
    // A worker that was ended here did not crash; its trial is not retried.
    const bool ended_by_us =
        lost.cause == sweep::FailureCause::kMemory || lost.cause == sweep::FailureCause::kTimeout;
    const std::string reason =
        ended_by_us ? lost.reason : fmt::format("the worker crashed: {}", lost.reason);
    const std::size_t attempts = context_.store.attempts(lost.job_id);
    if (!sweep::is_transient(lost.cause) || attempts >= context_.policy.retries) {
      fail(lost.job_id, lost.cause, reason);
      return;
    }
    context_.store.add_attempt(lost.job_id, lost.cause, lost.reason);
    context_.progress.note(fmt::format(
        "{} {}: {}; retry {} of {}", lost.job_id.substr(0, kNoteIdDigits),
        context_.state.plan(lost.job_id).label, reason, attempts + 1, context_.policy.retries));
    release(lost.job_id);
  }

  void fail(const std::string& id, sweep::FailureCause cause, std::string reason) {
    const sweep::TrialResult result = context_.store.failed_result(id, cause, std::move(reason));
    context_.store.record(result);
    finish(result);
  }

  void block(std::string reason) {
    if (outcome_.end != RunEnd::kBlocked) {
      outcome_.end = RunEnd::kBlocked;
      outcome_.blocked_by = std::move(reason);
    }
  }

  void cancel_running() {
    stopping_ = true;
    for (const auto& [id, to_epoch] : running_) {
      context_.executor.cancel(id);
    }
    while (!running_.empty()) {
      turn();
    }
    if (outcome_.end == RunEnd::kInterrupted && context_.strategy.remaining() == 0) {
      outcome_.end = RunEnd::kComplete;  // the last trials finished before they were stopped
    }
  }

  const RunContext& context_;
  std::unordered_map<std::string, std::int64_t> running_;  // id -> last epoch of its job
  std::unordered_set<std::string> timed_out_;              // cancelled for it, not yet closed
  std::unordered_map<std::string, std::string> pruned_;    // the same -> why
  bool stopping_ = false;
  RunOutcome outcome_;
};

}  // namespace

RunOutcome run_trials(const RunContext& context) {
  return RunLoop(context).run();
}

}  // namespace firesweep::runners::schedule
