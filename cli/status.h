// firesweep status: what is done, running and failed; only reads.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "runners/run/status_snapshot.h"

namespace firesweep::cli {

void add_status(CLI::App& app, int& exit_code);

inline constexpr int kStatusSchemaVersion = 2;

/// Counts, active processes, at most the first 20 trials of each kind, and what to do next.
[[nodiscard]] std::string status_table(const runners::run::Status& status);

/// Everything, as one JSON object.
[[nodiscard]] std::string status_json(const runners::run::Status& status);

}  // namespace firesweep::cli
