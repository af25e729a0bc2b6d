// Expands a checked spec into designs and trials.
//
// Order: grid axes nest as written, the first outermost. Zip groups follow, and `include`
// combinations come last. The seed always varies fastest. `exclude` removes every combination that
// matches all values of an entry. `include` adds combinations; their missing axis keys take the
// value of `model:` or `training:`.
#pragma once

#include <string>
#include <vector>

#include "sweep/spec/sweep_spec.h"
#include "sweep/study/dataset_classes.h"
#include "sweep/study/trial.h"

namespace firesweep::sweep {

struct Expansion {
  std::vector<std::string> axis_keys;  // keys of all axes in order, without the seed
  std::vector<Point> points;
  std::vector<Trial> trials;          // in the order of the points, seeds fastest
  std::vector<std::string> warnings;  // complete lines with their location, without repetitions
};

/// Throws ConfigError for an impossible design (naming the combination), an empty sweep, or a split
/// that `shape` and `classes` do not allow.
[[nodiscard]] Expansion expand(const SweepSpec& spec, const DatasetShape& shape,
                               const DatasetClasses& classes = {});

}  // namespace firesweep::sweep
