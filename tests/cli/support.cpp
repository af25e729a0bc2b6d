#include "tests/cli/support.h"

#include <chrono>
#include <fstream>
#include <utility>

#include "sweep/spec/sweep_spec.h"
#include "sweep/study/expand.h"

namespace firesweep::cli {
namespace {

const std::string kSweep =
    "name: sample\n"
    "dataset: {name: synthetic, shape: [1, 12, 12], classes: 4, train: 64, validation: 16, "
    "test: 16}\n"
    "model: {base_e: 16, incr_e: 8, conv1_filters: 8, fire_modules: 2, pool_after: [1]}\n"
    "training: {epochs: 2, batch_size: 16}\n"
    "grid: {SR: [0.25, 0.5], seed: [1, 2]}\n";

sweep::Manifest sample_manifest() {
  const sweep::DatasetShape shape{{1, 12, 12}, 4, 80, 16};
  const sweep::SweepSpec spec = sweep::parse_sweep_spec(kSweep, "sample.yaml");
  sweep::Expansion expansion = sweep::expand(spec, shape);
  sweep::Manifest manifest;
  manifest.sweep = spec.name;
  manifest.dataset = spec.dataset;
  manifest.dataset_shape = shape;
  manifest.dataset_checksum = "abc";
  manifest.objectives = spec.objectives;
  manifest.axis_keys = expansion.axis_keys;
  manifest.points = std::move(expansion.points);
  manifest.trials = std::move(expansion.trials);
  manifest.environment = {{"host", "here"}, {"jobs", 1}, {"threads_per_job", 1}};
  manifest.command_line = {"firesweep", "run", "my sample.yaml"};
  manifest.created = "2026-01-02T03:04:05Z";
  return manifest;
}

}  // namespace

SampleRun::SampleRun() : directory_(scratch_.path() / "run"), manifest_(sample_manifest()) {
  directory_.create(manifest_, kSweep);
}

sweep::EpochMetrics sample_epoch(std::int64_t epoch) {
  const auto number = static_cast<double>(epoch);
  return {epoch, 1.5 / number, 1.25 / number, 0.3 * number, 0.9, 0.05, 7.0};
}

sweep::TrialResult completed_result(std::string id) {
  sweep::TrialResult result;
  result.id = std::move(id);
  result.state = sweep::TrialState::kCompleted;
  result.validation_top1 = 0.6;
  result.validation_top5 = 0.9;
  result.test_top1 = 0.59;
  result.test_top5 = 0.89;
  result.epochs = 2;
  result.train_seconds = 14.0;
  result.images_per_second = 100.0;
  result.environment = {{"libtorch", "1.13.1"}, {"threads", 1}};
  return result;
}

void SampleRun::write_epochs(std::size_t trial, std::int64_t epochs) const {
  std::string lines;
  for (std::int64_t epoch = 1; epoch <= epochs; ++epoch) {
    lines += sweep::to_json(sample_epoch(epoch)).dump() + "\n";
  }
  write_text(directory_.epochs_path(id(trial)), lines);
}

void SampleRun::complete(std::size_t trial) const {
  write_epochs(trial, 2);
  static_cast<void>(directory_.write_result(completed_result(id(trial))));
}

void SampleRun::fail(std::size_t trial, const std::string& reason) const {
  static_cast<void>(directory_.write_result(
      directory_.failed_result(id(trial), sweep::FailureCause::kException, reason)));
}

void SampleRun::write_log(std::size_t trial, std::string_view text) const {
  write_text(directory_.log_path(id(trial)), text);
}

void SampleRun::make_old(const std::filesystem::path& path) {
  std::filesystem::last_write_time(
      path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
}

void write_text(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace firesweep::cli
