// Parses times and sizes as people write them, in sweep files and on the command line, with one
// meaning everywhere (docs/command-line.md). Formats them, too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firesweep::base {

/// What seconds_from and bytes_from accept, for error messages. Every example is accepted.
inline constexpr std::string_view kTimeFormats =
    "a time such as 90s, 30m, 1h30m, 2h or 1d, or Slurm's 0:30:00 or 1-00:00:00";
inline constexpr std::string_view kSizeFormats =
    "a size such as 700MB, 1.5GB (10^9 bytes), 1.5GiB or 4G (1024^3 bytes)";

/// The longest time that is accepted.
inline constexpr double kMaxSeconds = 1e10;

/// Seconds of "90s", "1.5h", "1d", "1h30m" (units d, h, m, s, each once, largest first), and of
/// Slurm's "30:00" (minutes, seconds), "2:00:00", "1-12" (days, hours), "1-12:30" and "1-00:00:00".
/// std::nullopt for anything else, including a number without a unit, and if the time is not
/// positive or exceeds 10^10 s.
[[nodiscard]] std::optional<double> seconds_from(std::string_view text);

/// Bytes of "512B", "700MB" (powers of 1000), "4GiB", and of Slurm's "4G", "4096M" (powers of
/// 1024), in upper or lower case. Rounds down to whole bytes. std::nullopt for anything else,
/// including a number without a unit, and for less than one byte or at least 2^62.
[[nodiscard]] std::optional<double> bytes_from(std::string_view text);

/// Bytes as every output writes them: "512 B", "89.4 kB", "4.4 MB", "1.5 GB"; powers of 1000.
[[nodiscard]] std::string size_text(double bytes);
[[nodiscard]] inline std::string size_text(std::int64_t bytes) {
  return size_text(static_cast<double>(bytes));
}

/// "3:07", "1:02:45". Negative values count as zero.
[[nodiscard]] std::string duration_text(double seconds);

/// "0.4 s", "42 s", "57 min", "57.0 h", "4,577 h", for estimates and totals. Negative values count
/// as zero.
[[nodiscard]] std::string rough_duration_text(double seconds);

/// Multiply-accumulates as every output for people writes them: "3.7 M", "1.23 G".
[[nodiscard]] std::string macs_text(std::int64_t macs);

/// Whether `text` consists of digits only.
[[nodiscard]] bool is_bare_number(std::string_view text);

}  // namespace firesweep::base
