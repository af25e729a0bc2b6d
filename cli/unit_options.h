// Times and sizes as values of options, in the forms of base/units.h.
#pragma once

#include <CLI/CLI.hpp>

namespace firesweep::cli {

/// For ->transform(): "90s", "1h30m", "0:30:00" as seconds. A bare number stays, as seconds.
[[nodiscard]] CLI::Validator as_seconds();

/// For ->transform(): "700MB", "1.5GiB", "4G" as bytes. A bare number stays, as bytes.
[[nodiscard]] CLI::Validator as_bytes();

}  // namespace firesweep::cli
