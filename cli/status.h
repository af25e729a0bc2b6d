// firesweep status: what is done, running and failed; only reads.
#pragma once

#include <cstddef>
#include <string>

#include <CLI/CLI.hpp>

#include "runners/run/status_snapshot.h"

namespace firesweep::cli {

void add_status(CLI::App& app, int& exit_code);

inline constexpr int kStatusSchemaVersion = 2;

/// Counts, active processes, at most the first 20 trials of each kind, and what to do next.
/// Lines are at most `columns` wide (0: any width), except for commands.
[[nodiscard]] std::string status_table(const runners::run::Status& status, std::size_t columns = 0);

/// Everything, as one JSON object.
[[nodiscard]] std::string status_json(const runners::run::Status& status);

}  // namespace firesweep::cli
