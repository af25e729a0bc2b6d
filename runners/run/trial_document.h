// A trial of a run as JSON: the answer of `firesweep show --format json`.
#pragma once

#include <string>

#include "runners/run/trial_view.h"

namespace firesweep::runners::run {

inline constexpr int kTrialViewSchemaVersion = 1;

/// Everything of `view` as one JSON object and a newline; bytes that are not UTF-8 are replaced.
[[nodiscard]] std::string trial_json(const TrialView& view);

}  // namespace firesweep::runners::run
