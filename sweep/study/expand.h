// From a checked spec to points and trials.
//
// Order: grid axes nest as written, the first outermost; zip groups follow them; `include`
// combinations come last; the seed always varies fastest. `exclude` removes every combination that
// matches all of an entry's values; `include` adds combinations, axis keys it leaves out taking the
// value of `model:` or `training:`.
#pragma once

#include <string>
#include <vector>

#include "sweep/spec/sweep_spec.h"
#include "sweep/study/trial.h"

namespace firesweep::sweep {

struct Expansion {
  std::vector<std::string> axis_keys;  // keys of all axes in order, without the seed
  std::vector<Point> points;
  std::vector<Trial> trials;          // points in order, seeds fastest
  std::vector<std::string> warnings;  // whole lines with their place, each said once
};

/// Throws ConfigError for an impossible design (naming the combination), an empty sweep, or a data
/// division that `shape` can't serve.
[[nodiscard]] Expansion expand(const SweepSpec& spec, const DatasetShape& shape);

}  // namespace firesweep::sweep
