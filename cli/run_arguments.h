// Arguments of several commands.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "runners/run/run_options.h"
#include "runners/schedule/placement.h"

namespace firesweep::cli {

/// Every option of `firesweep run`, with help and checks.
void add_run_options(CLI::App& command, runners::run::RunOptions& options);

/// --jobs, --affinity and --worker: for a process that trains trials of a run started elsewhere.
void add_worker_options(CLI::App& command, runners::schedule::PlacementOptions& placement,
                        std::optional<std::filesystem::path>& worker);

/// The positional DIR, required.
void add_directory(CLI::App& command, std::filesystem::path& directory,
                   const std::string& help = "Run directory");

}  // namespace firesweep::cli
