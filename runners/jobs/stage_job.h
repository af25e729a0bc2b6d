// What a worker is asked to do with a finished trial's weights, and the answer.
#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "sweep/store/variant_result.h"
#include "sweep/study/trial.h"

namespace firesweep::runners::jobs {

/// Carry out a stage after training: load the trial's weights and make, or measure, the variant.
struct StageJob {
  sweep::Variant variant;
  std::filesystem::path run_directory;
  sweep::DatasetShape data;  // image and classes; counts are not used
  sweep::TrialContent content;
  /// Of the data the run began with; empty: any data will do. Only stages that read images ask.
  std::string dataset_checksum{};
};

}  // namespace firesweep::runners::jobs
