#include "runners/train/trial_runner.h"

#include <filesystem>
#include <utility>

#include <c10/util/Exception.h>

#include "base/error.h"
#include "base/log.h"
#include "runners/train/training_engine.h"
#include "sweep/store/run_directory.h"

namespace firesweep::runners::train {

namespace {

/// Throws Error if the data have changed since the run started.
const PreparedData& open_data(const jobs::TrainJob& job, DataCache& cache) {
  const PreparedData& data = cache.get(job.content.dataset, job.dataset_checksum);
  check_unchanged(data, job.content.dataset, job.dataset_checksum);
  return data;
}

jobs::TrialFinished failed(const jobs::TrainJob& job, std::string reason) {
  log("failed: {}\n", reason);
  return {sweep::RunDirectory(job.run_directory)
              .failed_result(job.trial_id, sweep::FailureCause::kException, std::move(reason))};
}

}  // namespace

TrialRunner::TrialRunner(DataCache& data, torch::Device device, nlohmann::json environment,
                         std::string worker, EmitEvent emit)
    : data_(data),
      device_(device),
      environment_(std::move(environment)),
      worker_(std::move(worker)),
      emit_(std::move(emit)) {}

/// What the trial throws becomes its result; the worker continues.
jobs::Event TrialRunner::closing_event(const jobs::TrainJob& job) const {
  const PreparedData* data = nullptr;
  try {
    check_precision(sweep::recipe_from(job.content.training).precision, device_);
    data = &open_data(job, data_);
  } catch (const Error& error) {
    return jobs::TrialBlocked{job.trial_id, error.what()};
  }
  try {
    return TrialSession(job, *data, device_, worker_, emit_).run();
  } catch (const FileError& error) {
    return jobs::TrialBlocked{job.trial_id, error.what()};
  } catch (const c10::Error& error) {
    return failed(job, error.what_without_backtrace());
  } catch (const std::exception& error) {
    return failed(job, error.what());
  }
}

void TrialRunner::run(const jobs::TrainJob& job) {
  jobs::Event closing = closing_event(job);
  if (auto* const finished = std::get_if<jobs::TrialFinished>(&closing)) {
    finished->result.environment.update(environment_);  // keeps what the session has entered
    const sweep::RunDirectory run(job.run_directory);
    try {
      run.write_result(finished->result);
      std::error_code ignored;  // it is no longer needed
      std::filesystem::remove(run.previous_checkpoint_path(job.trial_id), ignored);
    } catch (const FileError& error) {
      closing = jobs::TrialBlocked{job.trial_id, error.what()};
    }
  }
  if (const auto* const blocked = std::get_if<jobs::TrialBlocked>(&closing)) {
    log("stopped: {}\n", blocked->reason);
  }
  emit_(closing);
}

}  // namespace firesweep::runners::train
