// Whether a data set can be divided as a sweep asks.
#pragma once

#include "sweep/spec/sweep_spec.h"
#include "sweep/study/trial.h"

namespace firesweep::sweep {

/// Throws ConfigError if there are not enough images, or fewer than one for each class in any part.
void check_division(const SweepSpec& spec, const DatasetShape& shape);

}  // namespace firesweep::sweep
