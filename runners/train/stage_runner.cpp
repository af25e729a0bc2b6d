#include "runners/train/stage_runner.h"

#include <filesystem>
#include <stdexcept>
#include <utility>

#include <c10/util/Exception.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "base/steady_seconds.h"
#include "runners/train/weights.h"
#include "sweep/store/run_directory.h"

namespace firesweep::runners::train {
namespace {

using StageTable = std::map<std::string, StageFunction, std::less<>>;

/// A line here, and one in sweep/spec/stage.cpp, enter a new stage.
StageTable& stage_functions() {
  static StageTable functions;
  return functions;
}

sweep::VariantResult variant_result(const jobs::StageJob& job, DataCache& data,
                                    torch::Device device, const nlohmann::json& environment) {
  const auto found = stage_functions().find(job.variant.stage);
  if (found == stage_functions().end()) {
    throw Error(fmt::format("this worker has no stage '{}'", job.variant.stage));
  }
  const double begin = base::steady_seconds();
  const models::Architecture architecture = sweep::architecture_of(job.content.model, job.data);
  models::Network network(architecture);
  const sweep::RunDirectory run(job.run_directory);
  const std::filesystem::path checkpoint = run.checkpoint_path(job.variant.trial_id);
  if (!std::filesystem::exists(checkpoint)) {  // must not stop the other variants
    throw Error(fmt::format("{}: the trial's weights are gone", checkpoint.string()));
  }
  load_weights(checkpoint, network);
  network.eval();
  network.to(device);
  sweep::VariantResult result{.variant = job.variant};
  result.metrics = found->second({job, architecture, network, device, data});
  result.seconds = base::steady_seconds() - begin;
  result.environment = environment;
  run.write_variant(result);
  return result;
}

}  // namespace

ScopedStageFunction::ScopedStageFunction(std::string name, StageFunction function)
    : name_(std::move(name)) {
  if (!stage_functions().emplace(name_, std::move(function)).second) {
    throw std::invalid_argument(name_ + ": there is a stage of this name");
  }
}

ScopedStageFunction::~ScopedStageFunction() {
  stage_functions().erase(name_);
}

jobs::Event run_stage(const jobs::StageJob& job, DataCache& data, torch::Device device,
                      const nlohmann::json& environment) {
  const auto failed = [&job](std::string reason) -> jobs::Event {
    log("stage {} failed: {}\n", job.variant.stage, reason);
    return jobs::JobFailed{job.variant.id, std::move(reason)};
  };
  try {
    return jobs::StageFinished{variant_result(job, data, device, environment)};
  } catch (const FileError& error) {
    return jobs::TrialBlocked{job.variant.id, error.what()};
  } catch (const c10::Error& error) {
    return failed(error.what_without_backtrace());
  } catch (const std::exception& error) {
    return failed(error.what());
  }
}

}  // namespace firesweep::runners::train
