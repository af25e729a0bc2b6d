// Times and sizes of `executor:`, in everyday units and as Slurm writes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace firesweep::base {

/// Seconds of "90s", "1.5h", "1d", and of Slurm's "30:00" (minutes, seconds), "2:00:00", "1-12"
/// (days, hours), "1-12:30" and "1-00:00:00". Nothing if it is none of these, or not positive; a
/// number without a unit is none.
[[nodiscard]] std::optional<double> seconds_from(std::string_view text);

/// Bytes of "700MB" (powers of 1000), "4GiB", and of Slurm's "4G", "4096M" (powers of 1024).
[[nodiscard]] std::optional<double> bytes_from(std::string_view text);

/// "3:07", "1:02:45"; zero for what is negative.
[[nodiscard]] std::string duration_text(double seconds);

/// Digits, and nothing else.
[[nodiscard]] bool is_bare_number(std::string_view text);

}  // namespace firesweep::base
