// What `firesweep show` prints: a trial as text for people, or as JSON for programs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "runners/run/trial_view.h"

namespace firesweep::cli {

/// For people: design, recipe, state, learning curve, result.
[[nodiscard]] std::string trial_text(const runners::run::TrialView& view);

inline constexpr int kTrialViewSchemaVersion = 1;

/// The same as one JSON object.
[[nodiscard]] std::string trial_json(const runners::run::TrialView& view);

/// A row of blocks from the lowest to the highest of `values`, at most `width` of them (each the
/// mean of its part).
[[nodiscard]] std::string curve_text(const std::vector<double>& values, std::size_t width);

}  // namespace firesweep::cli
