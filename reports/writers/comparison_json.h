// Comparisons as they stand in results.json and in what `compare` prints.
#pragma once

#include "reports/comparison.h"
#include "reports/json_document.h"

namespace firesweep::reports::writers {

/// axis, baseline, metric, comparisons: one for each other value of the axis.
[[nodiscard]] Json to_json(const Comparison& comparison);

}  // namespace firesweep::reports::writers
