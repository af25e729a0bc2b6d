// The quick way to read a line of epochs.jsonl, of which a report reads hundreds of thousands.
#pragma once

#include <optional>
#include <string_view>

#include "sweep/store/trial_result.h"

namespace firesweep::sweep {

/// What epoch_metrics_from_json would make of the line, without a tree of JSON in between. Nothing
/// for a line that isn't plainly what we write: one that epoch_metrics_from_json may or may not
/// accept, and says why.
[[nodiscard]] std::optional<EpochMetrics> plain_epoch(std::string_view line);

}  // namespace firesweep::sweep
