// Runs jobs one after another and turns whatever happens to a trial into data.
#pragma once

#include <nlohmann/json.hpp>

#include "runners/protocol/messages.h"
#include "runners/train/prepared_data.h"
#include "runners/train/trial_session.h"

namespace firesweep::runners {

class TrialRunner {
 public:
  /// `environment` goes into every result.json. Borrowed things must outlive the runner.
  TrialRunner(DataCache& data, nlohmann::json environment, EmitEvent emit);

  /// Trains, and writes everything that must survive. The last event emitted is TrialFinished or
  /// TrialPaused; a trial that throws becomes a `failed` result. Throws only if the result itself
  /// can't be written.
  void run(const TrainJob& job);

 private:
  DataCache& data_;
  nlohmann::json environment_;
  EmitEvent emit_;
};

}  // namespace firesweep::runners
