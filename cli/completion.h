// Completion of the command line in a shell, told from the commands themselves.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace firesweep::cli {

/// A script for bash that completes subcommands, options, choices, trial ids and, elsewhere, files.
[[nodiscard]] std::string bash_completion(const CLI::App& app);

}  // namespace firesweep::cli
