// Fast parser for lines of epochs.jsonl. A report reads hundreds of thousands of them.
#pragma once

#include <optional>
#include <string_view>

#include "sweep/store/epoch_metrics.h"

namespace firesweep::sweep {

/// The result of epoch_metrics_from_json, without a JSON tree in between. std::nullopt if the line
/// is not exactly what we write. Then epoch_metrics_from_json accepts it or reports what is wrong.
[[nodiscard]] std::optional<EpochMetrics> plain_epoch(std::string_view line);

}  // namespace firesweep::sweep
