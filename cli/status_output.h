// What `status` prints.
#pragma once

#include <string>

#include "cli/status_snapshot.h"

namespace firesweep::cli {

inline constexpr int kStatusSchemaVersion = 1;

/// Counts, who works on it, at most the first 20 trials of each kind, and what to do next.
[[nodiscard]] std::string status_table(const Status& status);

/// Everything, as one JSON object.
[[nodiscard]] std::string status_json(const Status& status);

}  // namespace firesweep::cli
