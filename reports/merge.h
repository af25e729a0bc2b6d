// Several runs read as one: what they have in common is joined, what differs becomes an axis.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sweep/store/run_directory.h"

namespace firesweep::reports {

struct MergedManifest {
  /// Axes of all runs in order of appearance, then every key of model and training in which the
  /// runs differ, then `dataset` if the images or their division do.
  sweep::Manifest manifest;
  /// For each of its trials the runs that hold it: several for a trial of the same content.
  std::vector<std::vector<std::size_t>> runs_of_trial;
};

/// Two points are one if architecture after rounding, recipe, data division and data checksum are
/// the same: their seeds are joined. Points that differ anywhere stay apart, told by an axis.
/// Names are joined by " + ". One manifest comes back as it is. Throws Error if the runs are judged
/// by different objectives and `objectives` is empty, naming both. Precondition: not empty.
[[nodiscard]] MergedManifest merge_manifests(std::vector<sweep::Manifest> manifests,
                                             const std::vector<std::string>& objectives = {});

}  // namespace firesweep::reports
