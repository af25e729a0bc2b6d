// Times and sizes as values of options, in the forms of base/units.h.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace firesweep::cli {

/// For ->transform(): "90s", "1h30m", "0:30:00" as seconds. A bare number stays, as seconds.
[[nodiscard]] CLI::Validator as_seconds();

/// For ->transform(): "700MB", "1.5GiB", "4G" as bytes. A bare number stays, as bytes.
[[nodiscard]] CLI::Validator as_bytes();

/// Accepts numbers from `min` to `max`. CLI::Range would accept NaN.
[[nodiscard]] CLI::Validator seconds_between(double min, double max);

/// --interval, as every subcommand with --watch has it: from 0.1 to a day, with the value of
/// `seconds` as default.
void add_watch_interval(CLI::App& command, double& seconds, const std::string& help);

}  // namespace firesweep::cli
