// A trial's state between two epochs: weights, batch-normalisation statistics, momentum, and
// its progress. Data order and random numbers are not in it: they are functions of (seed, epoch).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "runners/train/checkpoint_archive.h"
#include "runners/train/trainer.h"

namespace firesweep::runners::train {

/// Written to a temporary file, synced and renamed; the old checkpoint becomes `previous`. At any
/// time one of the two is complete. Throws FileError.
void save_checkpoint(const std::filesystem::path& path, const std::filesystem::path& previous,
                     std::string_view trial_id, Trainer& trainer, const Progress& progress);

/// The result of loading a checkpoint. Both empty: there is no checkpoint.
struct LoadedCheckpoint {
  std::optional<Progress> progress;
  std::string problem;  // one line with the path; then the trainer's state is undefined
};

/// Restores `trainer`, also from the previous format. A truncated or damaged file, one of another
/// trial or of another version is a problem. Throws FileError if it can't be read.
[[nodiscard]] LoadedCheckpoint load_checkpoint(const std::filesystem::path& path,
                                               std::string_view trial_id, Trainer& trainer);

/// Renames the file to `<name>.unusable`, if it is there.
void set_aside(const std::filesystem::path& path);

}  // namespace firesweep::runners::train
