// Checks whether a data set can be split as requested.
#pragma once

#include "sweep/spec/sweep_spec.h"
#include "sweep/study/trial.h"

namespace firesweep::sweep {

/// Throws ConfigError if a part requests too many images, or fewer than one per class.
void check_dataset_split(const SweepSpec& spec, const DatasetShape& shape);

}  // namespace firesweep::sweep
