// Carries out stages after training in a worker: loads a finished trial's weights and hands the
// network to the code of the stage. sweep/spec/stage.h has the keys that sweep files give a stage.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>
#include <torch/types.h>

#include "models/network.h"
#include "runners/jobs/messages.h"
#include "runners/train/prepared_data.h"

namespace firesweep::runners::train {

/// What a stage works on.
struct StageInput {
  const jobs::StageJob& job;  // settings, design, data, where outputs go
  const models::Architecture& architecture;
  models::Network& network;  // with the trial's weights, in evaluation mode, on `device`
  torch::Device device;
  DataCache& data;  // for stages that read images; nothing is opened before
};

/// Metrics by name (sweep/spec/metric.h). What a stage throws is the variant's failure, but for
/// FileError, which is the environment's.
using StageFunction = std::function<std::map<std::string, double, std::less<>>(const StageInput&)>;

/// The code of a stage while this lives, for tests: found by its name like that of the program's
/// stages.
class ScopedStageFunction {
 public:
  /// Throws std::invalid_argument if the name is taken.
  ScopedStageFunction(std::string name, StageFunction function);
  ScopedStageFunction(const ScopedStageFunction&) = delete;
  ScopedStageFunction& operator=(const ScopedStageFunction&) = delete;
  ~ScopedStageFunction();

 private:
  std::string name_;
};

/// StageFinished, its result written; JobFailed with the reason; TrialBlocked if the environment
/// failed: the run directory can't be read or written.
[[nodiscard]] jobs::Event run_stage(const jobs::StageJob& job, DataCache& data,
                                    torch::Device device, const nlohmann::json& environment);

}  // namespace firesweep::runners::train
