// The output of `status`.
#pragma once

#include <string>

#include "runners/run/status_snapshot.h"

namespace firesweep::cli {

inline constexpr int kStatusSchemaVersion = 2;

/// Counts, active processes, at most the first 20 trials of each kind, and what to do next.
[[nodiscard]] std::string status_table(const runners::run::Status& status);

/// Everything, as one JSON object.
[[nodiscard]] std::string status_json(const runners::run::Status& status);

}  // namespace firesweep::cli
