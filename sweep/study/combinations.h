// The combinations of axis values that a spec asks for, before any design is made.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/parameter.h"
#include "sweep/spec/sweep_spec.h"

namespace firesweep::sweep {

/// One value for each axis key.
struct AxisCombination {
  std::vector<models::ParameterValue> values;
  std::vector<Location> locations;  // of each value
};

struct CombinationList {
  std::vector<std::string> axis_keys;
  std::vector<AxisCombination> combinations;
  std::vector<std::string> warnings;
};

/// More than anyone can train; a grid of many axes gets there by mistake, and a design takes
/// several kilobytes, so that a small file could fill the memory.
inline constexpr std::size_t kMostCombinations = 100'000;  // before `exclude`, `include` among them
inline constexpr std::size_t kMostTrials = 1'000'000;      // with the seeds

/// Grid and zip axes nested, the first outermost, without what `exclude` names; then `include`.
/// Throws ConfigError if nothing is left or there are more than the constants above allow.
[[nodiscard]] CombinationList combinations_of(const SweepSpec& spec);

/// The preset's values overlaid with `model:`, family and preset among them. Absent choices fall
/// back to `model:` and the defaults. `location` is for the error of a preset the family has not.
[[nodiscard]] models::ParameterMap base_model(const SweepSpec& spec,
                                              const std::optional<std::string>& family,
                                              const std::optional<std::string>& preset,
                                              Location location);
/// The recipe's defaults overlaid with `training:`.
[[nodiscard]] models::ParameterMap base_training(const SweepSpec& spec);

}  // namespace firesweep::sweep
