// Several runs merged into one. Keys in which they differ become axes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sweep/store/run_directory.h"

namespace firesweep::reports {

struct MergedManifest {
  /// Axes of all runs in order of appearance, then every key of model and training in which the
  /// runs differ, then `dataset` if the images or their split do.
  sweep::Manifest manifest;
  /// For each trial the runs that have it: several for a trial of the same content.
  std::vector<std::vector<std::size_t>> runs_of_trial;
  /// What each run asks for. Not in `manifest`: a run's stages are for its own trials only.
  std::vector<std::vector<sweep::StageRequest>> stages_of_run;
};

/// Two designs are one if architecture after rounding, recipe, split and data checksum are the
/// same: their seeds are joined. Designs that differ in anything stay apart, and an axis has the
/// difference. Names are joined by " + ". A single manifest is returned unchanged. Throws Error if
/// the runs have different objectives and `objectives` is empty. Precondition: not empty.
[[nodiscard]] MergedManifest merge_manifests(std::vector<sweep::Manifest> manifests,
                                             const std::vector<std::string>& objectives = {});

}  // namespace firesweep::reports
