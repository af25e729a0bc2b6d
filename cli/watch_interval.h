// --interval, as every subcommand with --watch has it.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace firesweep::cli {

/// Seconds from 0.1 to a day, with the value of `seconds` as default.
void add_watch_interval(CLI::App& command, double& seconds, const std::string& help);

}  // namespace firesweep::cli
