#include "runners/train/trial_runner.h"

#include <utility>

#include <c10/util/Exception.h>

#include "sweep/error.h"
#include "sweep/run_directory.h"

namespace firesweep::runners {

namespace {

TrialFinished failed(const TrainJob& job, std::string reason) {
  sweep::TrialResult result;
  result.id = job.trial_id;
  result.state = sweep::TrialState::kFailed;
  result.reason = std::move(reason);
  try {
    for (const sweep::EpochMetrics& epoch :
         sweep::RunDirectory(job.run_directory).load_epochs(job.trial_id)) {
      result.epochs = epoch.epoch;
      result.train_seconds += epoch.seconds;
    }
  } catch (const Error&) {
    // What it got to is unknown then; why it failed matters more.
  }
  return {std::move(result)};
}

/// Whatever the trial throws is its result, not the worker's end.
Event closing_event(const TrainJob& job, DataCache& data, const EmitEvent& emit) {
  try {
    return TrialSession(job, data.get(job.content.dataset), emit).run();
  } catch (const c10::Error& error) {
    return failed(job, error.what_without_backtrace());
  } catch (const std::exception& error) {
    return failed(job, error.what());
  }
}

}  // namespace

TrialRunner::TrialRunner(DataCache& data, nlohmann::json environment, EmitEvent emit)
    : data_(data), environment_(std::move(environment)), emit_(std::move(emit)) {}

void TrialRunner::run(const TrainJob& job) {
  Event closing = closing_event(job, data_, emit_);
  if (auto* finished = std::get_if<TrialFinished>(&closing)) {
    finished->result.environment = environment_;
    sweep::RunDirectory(job.run_directory).write_result(finished->result);
  }
  emit_(closing);
}

}  // namespace firesweep::runners
