// Values of options: numbers, choices, and times and sizes in the forms of base/units.h. All refuse
// with "--option: got 'x'; expected ...".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace firesweep::cli {

/// Accepts decimal numbers without sign, from `min` to `max`. CLI11 alone takes -1 as unsigned.
[[nodiscard]] CLI::Validator whole_number(std::uint64_t min,
                                          std::optional<std::uint64_t> max = std::nullopt);

/// Accepts what is a number.
[[nodiscard]] CLI::Validator any_number();

/// Accepts the `choices` only. The help shows them as {table,json}.
[[nodiscard]] CLI::Validator one_of(const std::vector<std::string>& choices);

/// For ->transform(): "90s", "1h30m", "0:30:00" as seconds. A bare number stays, as seconds.
[[nodiscard]] CLI::Validator as_seconds();

/// For ->transform(): "700MB", "1.5GiB", "4G" as bytes. A bare whole number stays, as bytes.
[[nodiscard]] CLI::Validator as_bytes();

/// Accepts numbers from `min` to `max`. CLI::Range would accept NaN.
[[nodiscard]] CLI::Validator seconds_between(double min, double max);

/// --interval, as every subcommand with --watch has it: from 0.1 to a day, with the value of
/// `seconds` as default.
void add_watch_interval(CLI::App& command, double& seconds, const std::string& help);

}  // namespace firesweep::cli
