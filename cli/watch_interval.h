// Options that are a time.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace firesweep::cli {

/// Takes numbers from `least` to `most`. CLI::Range lets NaN pass, which is on no side of a limit.
[[nodiscard]] CLI::Validator seconds_between(double least, double most);

/// --interval, as every subcommand with --watch has it: from 0.1 to a day, with the value of
/// `seconds` as default.
void add_watch_interval(CLI::App& command, double& seconds, const std::string& help);

}  // namespace firesweep::cli
