// Runs jobs one after another and turns the failure of a trial into data.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "runners/jobs/messages.h"
#include "runners/train/prepared_data.h"
#include "runners/train/trial_session.h"

namespace firesweep::runners::train {

class TrialRunner {
 public:
  /// `environment` goes into every result.json, `worker`, a name, into every line of epochs.jsonl.
  /// References must outlive the runner.
  TrialRunner(DataCache& data, torch::Device device, nlohmann::json environment, std::string worker,
              EmitEvent emit);

  /// Trains, and writes all files of the trial. The last event emitted is TrialFinished,
  /// TrialPaused or TrialBlocked: a trial that throws becomes a `failed` result; files that can't
  /// be written and data that can't be read, or have changed, block it. Throws StopRequested.
  void run(const jobs::TrainJob& job);

 private:
  [[nodiscard]] jobs::Event closing_event(const jobs::TrainJob& job) const;

  DataCache& data_;
  torch::Device device_;
  nlohmann::json environment_;
  std::string worker_;
  EmitEvent emit_;
};

}  // namespace firesweep::runners::train
