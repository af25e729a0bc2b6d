// Shell completion, generated from the commands themselves.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace firesweep::cli {

void add_completion(CLI::App& app, int& exit_code);

/// A bash script that completes subcommands, options, choices, trial ids, and files elsewhere.
[[nodiscard]] std::string bash_completion(const CLI::App& app);

}  // namespace firesweep::cli
