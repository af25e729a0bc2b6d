// The combinations of axis values in a sweep, before any design is built.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/parameter.h"
#include "sweep/spec/sweep_spec.h"
#include "sweep/study/trial.h"

namespace firesweep::sweep {

/// One value per axis key.
struct AxisCombination {
  std::vector<models::ParameterValue> values;
  std::vector<Location> locations;  // of each value
};

struct CombinationList {
  std::vector<std::string> axis_keys;
  std::vector<AxisCombination> combinations;
  std::vector<std::string> warnings;
};

/// More than anyone can train. A grid with many axes gets there by mistake, and a design takes
/// several kilobytes, so a small file could fill the memory.
inline constexpr std::size_t kMaxCombinations = 100'000;  // before `exclude`, including `include`
inline constexpr std::size_t kMaxTrials = 1'000'000;      // including the seeds

/// False of a family that has no such key.
[[nodiscard]] bool has_batch_norm(const models::ParameterMap& model);

/// Grid and zip axes nested, the first outermost, without the combinations in `exclude`; then
/// `include`. Throws ConfigError if none remain or the limits above are exceeded.
/// Values of axes that an entry of `include` does not have are resolved for `shape`'s images.
[[nodiscard]] CombinationList combinations_of(const SweepSpec& spec, const DatasetShape& shape);

/// The preset's values overridden by `model:`, including family and preset. Without a choice,
/// family and preset come from `model:` or the defaults. `location` is for the error of an unknown
/// preset.
[[nodiscard]] models::ParameterMap base_model(const SweepSpec& spec,
                                              const std::optional<std::string>& family,
                                              const std::optional<std::string>& preset,
                                              Location location);

}  // namespace firesweep::sweep
