// Comparisons as in results.json and in the output of `compare`.
#pragma once

#include "base/json_writer.h"
#include "reports/comparison.h"

namespace firesweep::reports::writers {

/// axis, baseline, metric, comparisons: one per other value of the axis.
[[nodiscard]] base::Json to_json(const Comparison& comparison);

}  // namespace firesweep::reports::writers
