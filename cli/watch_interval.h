// Options whose value is a time.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace firesweep::cli {

/// Accepts numbers from `min` to `max`. CLI::Range would accept NaN.
[[nodiscard]] CLI::Validator seconds_between(double min, double max);

/// --interval, as every subcommand with --watch has it: from 0.1 to a day, with the value of
/// `seconds` as default.
void add_watch_interval(CLI::App& command, double& seconds, const std::string& help);

}  // namespace firesweep::cli
