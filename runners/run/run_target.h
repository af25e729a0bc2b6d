// The directory a run goes to: may it, is it new, does it hold this sweep already.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runners/cluster/slurm/executor_spec.h"
#include "runners/run/prepared_run.h"
#include "runners/run/sweep_input.h"
#include "runners/schedule/progress_sink.h"
#include "runners/schedule/run_lock.h"
#include "sweep/store/run_directory.h"

namespace firesweep::runners::run {

/// How a sweep differs from the one its run directory holds, in trials.
struct Growth {
  std::size_t added = 0;  // but for those with final seeds
  std::size_t kept = 0;
  std::size_t dropped = 0;  // their results stay, but not in the report
  std::size_t finals = 0;   // added with final seeds
  std::size_t recast = 0;   // of the kept: final before and not now, or the other way

  [[nodiscard]] bool any() const { return added + dropped + finals + recast > 0; }
};

[[nodiscard]] Growth growth_of(const sweep::Manifest& manifest, const SweepInput& input);

/// What is in the directory that a run is to use.
struct Target {
  std::optional<sweep::Manifest> manifest;  // none: nothing yet
  Growth growth;
};

/// Throws Error, and changes nothing, if `directory` holds another sweep (another name and no trial
/// in common) or files that do not belong to a run.
[[nodiscard]] Target check_target(const sweep::RunDirectory& directory, const SweepInput& input);

/// Throws Error if the data are not those the run was started with.
void check_same_data(const sweep::RunDirectory& directory, const sweep::Manifest& manifest,
                     std::string_view dataset_checksum);

/// The new manifest of a run. `earlier`: its current one, if the sweep has grown; it goes into the
/// history.
[[nodiscard]] sweep::Manifest make_manifest(const SweepInput& input, std::string dataset_checksum,
                                            nlohmann::json environment,
                                            std::vector<std::string> command_line,
                                            const sweep::Manifest* earlier);

/// The lock of a directory that holds a run already; null if the directory has to be created.
/// Throws Error if another process holds it.
[[nodiscard]] std::unique_ptr<schedule::RunLock> lock_existing(const PreparedRun& run);

/// Creates the directory, resumes in it, or lets it grow; acquires its lock if `lock` is null.
/// `target` is what check_target found, and is read again under a lock acquired here. `note` takes
/// warnings: other threads or another device than the run was started with. Throws Error for other
/// data, and if another process made the run meanwhile and added final trials. Everything else that
/// can be wrong with the input has been found before.
void enter_directory(const PreparedRun& run, const std::string& dataset_checksum,
                     cluster::ExecutorKind executor, std::unique_ptr<schedule::RunLock>& lock,
                     Target& target, const schedule::Note& note);

}  // namespace firesweep::runners::run
