#include "runners/run/train_plan.h"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/host.h"
#include "models/parameter.h"
#include "runners/data/dataset.h"
#include "runners/run/existing_run.h"
#include "runners/run/run_options.h"
#include "runners/schedule/placement.h"

namespace firesweep::runners::run {
namespace {

/// The trial with its point, as if a sweep had nothing else.
SweepInput input_of(const sweep::Manifest& manifest, const sweep::Trial& trial) {
  SweepInput input;
  input.spec.name = manifest.sweep;
  input.spec.dataset = manifest.dataset;
  input.spec.objectives = manifest.objectives;
  input.shape = manifest.dataset_shape;
  input.expansion.axis_keys = manifest.axis_keys;
  input.expansion.points = {manifest.points[trial.point]};
  input.expansion.trials = {{trial.id, 0, trial.seed}};
  return input;
}

/// The first of the run's devices, if the options name none.
std::string device_of(const TrainOptions& options, const sweep::Manifest& manifest) {
  const std::string devices =
      options.device.value_or(manifest.environment.value("device", std::string("cpu")));
  return devices.substr(0, devices.find(','));
}

void check_data(const TrainPlan& plan) {
  const std::string checksum =
      runners::data::open_dataset(plan.manifest.dataset, plan.worker.dataset_cache).checksum();
  if (checksum != plan.manifest.dataset_checksum) {
    throw Error(
        fmt::format("{}: was trained on other data of '{}' (checksum {}, now {}); restore the "
                    "files to compare bit by bit",
                    plan.recorded.root().string(), plan.manifest.dataset.name,
                    plan.manifest.dataset_checksum, checksum));
  }
}

std::filesystem::path new_temporary_directory() {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
  std::string path = ((error ? "/tmp" : parent) / "firesweep-train-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) {
    throw FileError(fmt::format("{}: can't be created: {}", path, std::strerror(errno)));
  }
  return path;
}

std::filesystem::path checked_out(const std::filesystem::path& out) {
  if (std::filesystem::exists(out) && !std::filesystem::is_empty(out)) {
    throw Error(
        fmt::format("--out {}: is not empty; expected a new or empty directory", out.string()));
  }
  return out;
}

}  // namespace

TrainPlan make_train_plan(const TrainOptions& options) {
  const sweep::RunDirectory recorded = existing_run(options.directory);
  sweep::Manifest manifest = recorded.load_manifest_with_created();
  const sweep::Trial trial = find_trial(manifest.trials, options.id);
  SweepInput input = input_of(manifest, trial);
  const sweep::Point& point = input.expansion.points.front();
  schedule::PlacementOptions placement{"none", device_of(options, manifest), 1, 1};
  placement.threads_per_job =
      options.threads_per_job.value_or(manifest.environment.value("threads_per_job", 1));
  const auto places = schedule::place_workers(placement, base::available_processors());
  std::string label = trial_label(manifest.axis_keys, point, trial.seed);
  const std::int64_t epochs = models::get_integer(point.training, "epochs");
  TrainPlan plan{recorded,
                 std::move(manifest),
                 std::move(input),
                 std::move(label),
                 epochs,
                 {schedule::find_worker(options.worker), placement.threads_per_job,
                  std::filesystem::absolute(runners::data::default_cache_directory())},
                 {places.devices.front(), {}, {}}};
  check_data(plan);
  schedule::check_worker(plan.worker, plan.place);
  return plan;
}

TrainDirectory::TrainDirectory(const TrainOptions& options, const TrainPlan& plan)
    : run_(options.out.empty() ? new_temporary_directory() : checked_out(options.out)),
      stays_(!options.out.empty() || options.keep) {
  sweep::Manifest manifest = plan.manifest;
  manifest.points = plan.input.expansion.points;
  manifest.trials = plan.input.expansion.trials;
  manifest.environment = base::host_environment();
  manifest.environment["jobs"] = 1;
  manifest.environment["threads_per_job"] = plan.worker.threads_per_job;
  manifest.environment["device"] = plan.place.device;
  manifest.command_line = command_line();
  manifest.created = base::utc_now();
  manifest.history = nlohmann::json::array();
  run_.create(manifest, base::read_file(plan.recorded.spec_path()));
  run_.prepare();
}

TrainDirectory::~TrainDirectory() {
  if (!stays_) {
    std::error_code ignored;
    std::filesystem::remove_all(run_.root(), ignored);
  }
}

}  // namespace firesweep::runners::run
