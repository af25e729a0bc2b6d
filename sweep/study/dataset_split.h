// Whether a data set has enough images, in total and of each class, for the split that a sweep asks
// for.
#pragma once

#include <string>
#include <vector>

#include "sweep/spec/sweep_spec.h"
#include "sweep/study/dataset_classes.h"
#include "sweep/study/trial.h"

namespace firesweep::sweep {

/// Images of each class in the parts that a sweep trains, selects and tests on.
struct SplitCounts {
  std::vector<std::int64_t> train;
  std::vector<std::int64_t> validation;
  std::vector<std::int64_t> test;
};

/// What the stratified split gives each part, from counts alone. `dataset` must be resolved.
/// Empty if `classes` has no counts, or if pictures are kept together in groups.
[[nodiscard]] SplitCounts split_counts(const DatasetSpec& dataset, const DatasetShape& shape,
                                       const DatasetClasses& classes);

/// Throws ConfigError unless every class that has images has one to train and one to validate on;
/// names the class. `dataset.locations` say where.
void check_every_part(const DatasetSpec& dataset, const DatasetClasses& classes,
                      const SplitCounts& counts);

/// Throws ConfigError unless each part has enough images for the counts, and as check_every_part.
/// Returns warnings: classes without any image, validation images that can't show learning.
std::vector<std::string> check_dataset_split(const SweepSpec& spec, const DatasetShape& shape,
                                             const DatasetClasses& classes = {});

}  // namespace firesweep::sweep
