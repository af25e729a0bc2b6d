#include "runners/schedule/run_loop.h"

#include <chrono>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "runners/schedule/log_tail.h"
#include "sweep/error.h"
#include "sweep/file_io.h"

namespace firesweep::runners {
namespace {

constexpr std::chrono::milliseconds kTurn{100};

class RunLoop {
 public:
  explicit RunLoop(const RunContext& context) : context_(context) {}

  RunOutcome run() {
    while (context_.scheduler.remaining() > 0 && context_.stop == 0) {
      submit_what_fits();
      if (running_.empty()) {
        throw Error("the scheduler has trials left but none to run");
      }
      turn();
    }
    cancel_running();
    context_.progress.ended();
    return std::move(outcome_);
  }

  // One for each event.
  void operator()(const WorkerReady&) {}
  void operator()(const TrialProgress& progress) { context_.state.progressed(progress); }
  void operator()(const TrialEpoch& epoch) {
    context_.state.epoch_finished(epoch);
    context_.scheduler.epoch_reported(epoch.trial_id, epoch.metrics);
  }
  void operator()(const TrialFinished& finished) {
    // The worker has written it; a result that reached us alone is written here.
    context_.directory.write_result(finished.result);
    finish(finished.result);
  }
  void operator()(const TrialPaused& paused) {
    running_.erase(paused.trial_id);
    context_.state.paused(paused.trial_id);
    context_.scheduler.paused(paused.trial_id, paused.epoch);
  }
  void operator()(const WorkerLost& lost) {
    if (running_.count(lost.trial_id) == 0) {
      context_.progress.note(fmt::format("an idle worker is gone: {}", lost.reason));
      return;
    }
    if (const auto result = context_.directory.load_result(lost.trial_id)) {
      finish(*result);  // it was through and died before it could say so
    } else if (outcome_.interrupted) {
      running_.erase(lost.trial_id);  // cancelled: it goes on from its checkpoint another time
      context_.state.paused(lost.trial_id);
    } else {
      record_failure(lost);
    }
  }

 private:
  void submit_what_fits() {
    while (context_.executor.free_slots() > 0) {
      const std::optional<Assignment> next = context_.scheduler.next();
      if (!next) {
        return;
      }
      context_.executor.submit({next->trial_id, context_.directory.root(),
                                context_.content(next->trial_id), next->from_epoch,
                                next->to_epoch});
      running_.insert(next->trial_id);
      context_.state.started(next->trial_id, context_.clock());
    }
  }

  void turn() {
    for (const Event& event : context_.executor.poll(kTurn)) {
      std::visit(*this, event);
    }
    context_.progress.turned(context_.state, context_.clock());
  }

  void finish(const sweep::TrialResult& result) {
    running_.erase(result.id);
    context_.progress.trial_over(context_.state, result, context_.clock());
    context_.state.over(result);
    context_.scheduler.finished(result);
    outcome_.results.push_back(result);
  }

  void record_failure(const WorkerLost& lost) {
    sweep::TrialResult result;
    result.id = lost.trial_id;
    result.state = sweep::TrialState::kFailed;
    result.reason = fmt::format("the worker was lost: {}", lost.reason);
    const std::string tail = log_tail(context_.directory.log_path(lost.trial_id));
    if (!tail.empty()) {
      result.reason += "\n" + tail;
    }
    for (const sweep::EpochMetrics& epoch : context_.directory.load_epochs(lost.trial_id)) {
      result.epochs = epoch.epoch;
      result.train_seconds += epoch.seconds;
    }
    sweep::create_directories(context_.directory.trial_directory(lost.trial_id));
    context_.directory.write_result(result);
    finish(result);
  }

  void cancel_running() {
    if (running_.empty()) {
      outcome_.interrupted = context_.scheduler.remaining() > 0;
      return;
    }
    outcome_.interrupted = true;
    for (const std::string& id : running_) {
      context_.executor.cancel(id);
    }
    while (!running_.empty()) {
      turn();
    }
    outcome_.interrupted = context_.scheduler.remaining() > 0;
  }

  const RunContext& context_;
  std::unordered_set<std::string> running_;
  RunOutcome outcome_;
};

}  // namespace

RunOutcome run_trials(const RunContext& context) {
  return RunLoop(context).run();
}

}  // namespace firesweep::runners
