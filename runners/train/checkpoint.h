// A trial's state between two epochs: weights, batch-normalisation statistics, momentum, and how
// far it is. Data order and random numbers need no place here: they are functions of (seed, epoch).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "runners/train/checkpoint_archive.h"
#include "runners/train/trainer.h"

namespace firesweep::runners::train {

/// Written to a temporary file, synced and renamed; the checkpoint that was there becomes
/// `previous`. At any time one of the two is whole. Throws FileError.
void save_checkpoint(const std::filesystem::path& path, const std::filesystem::path& previous,
                     std::string_view trial_id, Trainer& trainer, const Progress& progress);

/// Where a checkpoint got a trainer to. Both empty: there is no checkpoint.
struct LoadedCheckpoint {
  std::optional<Progress> progress;
  std::string problem;  // one line with the path; then the trainer's state is undefined
};

/// Restores `trainer`, from the format before this one, too. A torn or damaged file, one of another
/// trial or of another version is a problem. Throws FileError if it can't be read.
[[nodiscard]] LoadedCheckpoint load_checkpoint(const std::filesystem::path& path,
                                               std::string_view trial_id, Trainer& trainer);

/// Renames the file to `<name>.unusable`, if it is there.
void set_aside(const std::filesystem::path& path);

}  // namespace firesweep::runners::train
