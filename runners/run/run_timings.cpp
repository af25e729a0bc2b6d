#include "runners/run/run_timings.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/host.h"
#include "models/parameter.h"
#include "runners/data/dataset.h"

namespace firesweep::runners::run {
namespace {

constexpr const char* kFileName = "timing.json";

}  // namespace

std::filesystem::path timing_path(const PreparedRun& run) {
  return run.worker.dataset_cache / kFileName;
}

std::filesystem::path timing_file() {
  try {
    return data::default_cache_directory() / kFileName;
  } catch (const Error&) {
    return {};
  }
}

void Timings::note(const sweep::TrialResult& result) {
  const bool comparable =
      run_.worker.threads_per_job == 1 && run_.options.placement.device == "cpu";
  const sweep::Point& point = jobs_.point_of(result.id);
  if (!comparable || result.state != sweep::TrialState::kCompleted ||
      result.images_per_second <= 0.0 || observations_.size() >= kMaxObservations ||
      !recorded_.insert(&point).second) {
    return;
  }
  observations_.push_back({base::host_processor(), models::get_string(point.training, "precision"),
                           sweep::expected_engine(point, run_.input.shape),
                           models::get_integer(point.training, "batch_size"), point.complexity.macs,
                           point.complexity.activation_elements, 1.0 / result.images_per_second});
}

void Timings::save(const schedule::Note& note) const {
  try {
    auto model = sweep::CostModel::load(timing_path(run_));
    for (const sweep::TimingObservation& observation : observations_) {
      model.record(observation);
    }
  } catch (const FileError& error) {
    note(fmt::format("warning: speeds are not kept for later estimates: {}", error.what()));
  }
}

}  // namespace firesweep::runners::run
