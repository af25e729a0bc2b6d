#include "runners/run/run_target.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/host.h"
#include "runners/run/version.h"

namespace firesweep::runners::run {
namespace {

/// What remains of a run that died during its setup, or whose manifest was removed.
bool only_beginnings(const sweep::RunDirectory& directory) {
  if (std::filesystem::exists(directory.spec_path()) &&
      std::filesystem::is_directory(directory.trials_directory())) {
    return true;  // even if reports have been written next to them
  }
  const std::array<std::filesystem::path, 4> beginnings{
      directory.spec_path(), directory.lock_path(), directory.workers_directory(),
      directory.trials_directory()};
  for (const auto& entry : std::filesystem::directory_iterator(directory.root())) {
    const bool temporary = entry.path().filename().string().starts_with('.');
    if (!temporary &&
        std::none_of(beginnings.begin(), beginnings.end(), [&](const std::filesystem::path& path) {
          return path.filename() == entry.path().filename();
        })) {
      return false;
    }
  }
  return true;
}

/// The manifest before the sweep grew.
nlohmann::json history_of(const sweep::Manifest& earlier) {
  nlohmann::json history = earlier.history;
  history.push_back({{"created", earlier.created},
                     {"command_line", earlier.command_line},
                     {"environment", earlier.environment},
                     {"trials", earlier.trials.size()}});
  return history;
}

nlohmann::json environment_of(const PreparedRun& run, cluster::ExecutorKind executor) {
  nlohmann::json environment = base::host_environment();
  environment["firesweep"] = version_line();
  environment["jobs"] = run.placement.workers();
  environment["threads_per_job"] = run.worker.threads_per_job;
  environment["device"] = run.options.placement.device;
  environment["executor"] = cluster::to_string(executor);
  return environment;
}

/// Sums are rounded in another order when more threads share them, or on another device.
void warn_of_other_bits(const PreparedRun& run, const sweep::Manifest& manifest,
                        const schedule::Note& note) {
  const int threads = manifest.environment.value("threads_per_job", run.worker.threads_per_job);
  const std::string device = manifest.environment.value("device", "cpu");
  if (threads != run.worker.threads_per_job) {
    note(fmt::format(
        "warning: this run was started with --threads-per-job {}; trials trained with {} may "
        "differ from it in the last digits",
        threads, run.worker.threads_per_job));
  }
  if (device != run.options.placement.device) {
    note(fmt::format(
        "warning: this run was started with --device {}; trials trained on {} may differ from "
        "it in the last digits",
        device, run.options.placement.device));
  }
}

}  // namespace

Growth growth_of(const sweep::Manifest& manifest, const SweepInput& input) {
  std::unordered_map<std::string_view, bool> there;  // whether it is final
  for (const sweep::Trial& trial : manifest.trials) {
    there.emplace(trial.id, trial.is_final_seed);
  }
  Growth growth;
  for (const sweep::Trial& trial : input.expansion.trials) {
    if (const auto found = there.find(trial.id); found == there.end()) {
      ++(trial.is_final_seed ? growth.finals : growth.added);
    } else {
      ++growth.kept;
      growth.recast += found->second == trial.is_final_seed ? 0U : 1U;
    }
  }
  growth.dropped = there.size() - growth.kept;
  return growth;
}

Target check_target(const sweep::RunDirectory& directory, const SweepInput& input) {
  const std::filesystem::path& root = directory.root();
  if (!std::filesystem::exists(root)) {
    return {};
  }
  if (!std::filesystem::is_directory(root)) {
    throw Error(
        fmt::format("{}: is a file; expected a directory or an unused name", root.string()));
  }
  if (directory.exists()) {
    Target target{directory.load_manifest(), {}};
    target.growth = growth_of(*target.manifest, input);
    if (target.growth.kept == 0 && target.manifest->sweep != input.spec.name) {
      throw Error(fmt::format(
          "{}: holds another sweep ('{}', not '{}') without a trial in common; name another "
          "directory with --out",
          root.string(), target.manifest->sweep, input.spec.name));
    }
    return target;
  }
  if (!only_beginnings(directory)) {
    throw Error(
        fmt::format("{}: is not empty and is not a run directory; expected a new or empty "
                    "directory; name another with "
                    "--out",
                    root.string()));
  }
  return {};
}

void check_same_data(const sweep::RunDirectory& directory, const sweep::Manifest& manifest,
                     std::string_view dataset_checksum) {
  if (manifest.dataset_checksum != dataset_checksum) {
    throw Error(
        fmt::format("{}: was started with other data of '{}' (checksum {}, now {}); restore "
                    "the files to resume, or name another directory with --out",
                    directory.root().string(), manifest.dataset.name, manifest.dataset_checksum,
                    dataset_checksum));
  }
}

sweep::Manifest make_manifest(const SweepInput& input, std::string dataset_checksum,
                              nlohmann::json environment, std::vector<std::string> command_line,
                              const sweep::Manifest* earlier) {
  sweep::Manifest manifest;
  manifest.sweep = input.spec.name;
  manifest.dataset = input.spec.dataset;
  if (manifest.dataset.root) {  // a trial may be trained again from anywhere
    manifest.dataset.root = std::filesystem::absolute(*manifest.dataset.root);
  }
  manifest.dataset_shape = input.shape;
  manifest.dataset_checksum = std::move(dataset_checksum);
  manifest.objectives = input.spec.objectives;
  manifest.axis_keys = input.expansion.axis_keys;
  manifest.points = input.expansion.points;
  manifest.trials = input.expansion.trials;
  manifest.stages = input.spec.stages;
  manifest.environment = std::move(environment);
  manifest.command_line = std::move(command_line);
  manifest.created = base::utc_now();
  if (earlier != nullptr) {
    manifest.history = history_of(*earlier);
  }
  return manifest;
}

std::unique_ptr<schedule::RunLock> lock_existing(const PreparedRun& run) {
  return run.directory.exists() ? std::make_unique<schedule::RunLock>(run.directory.lock_path())
                                : nullptr;
}

void enter_directory(const PreparedRun& run, const std::string& dataset_checksum,
                     cluster::ExecutorKind executor, std::unique_ptr<schedule::RunLock>& lock,
                     Target& target, const schedule::Note& note) {
  if (!lock) {
    base::create_directories(run.directory.root());
    lock = std::make_unique<schedule::RunLock>(run.directory.lock_path());
    // Looked at again under the lock: another coordinator may have come between.
    target = check_target(run.directory, run.input);
    if (target.manifest &&
        std::ranges::any_of(target.manifest->trials, &sweep::Trial::is_final_seed)) {
      throw Error(fmt::format(
          "{}: another process has made this run and added final trials meanwhile; run the same "
          "command again",
          run.directory.root().string()));
    }
  }
  base::remove_temporaries(run.directory.root());  // of a coordinator that was killed
  const sweep::Manifest* const earlier = target.manifest ? &*target.manifest : nullptr;
  if (earlier != nullptr) {
    check_same_data(run.directory, *earlier, dataset_checksum);
    warn_of_other_bits(run, *earlier, note);
  }
  if (earlier == nullptr && std::filesystem::exists(run.directory.spec_path())) {
    note(
        fmt::format("warning: {} has no manifest.json: it is recreated, and finished trials are "
                    "kept; make sure that the data are those they were trained on",
                    run.directory.root().string()));
  }
  if (earlier == nullptr || target.growth.any() ||
      earlier->objectives != run.input.spec.objectives ||
      earlier->stages != run.input.spec.stages) {
    run.directory.create(make_manifest(run.input, dataset_checksum, environment_of(run, executor),
                                       command_line(), earlier),
                         run.input.spec.text);
  }
  run.directory.prepare();
}

}  // namespace firesweep::runners::run
