// The end of a log, to show with a failed trial.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace firesweep::base {

/// The last 20 lines or 4 KiB, whichever is less, as valid UTF-8, without empty lines at the end.
/// Empty if there is no log.
[[nodiscard]] std::vector<std::string> log_tail(const std::filesystem::path& path);

/// The same as one string.
[[nodiscard]] std::string log_tail_text(const std::filesystem::path& path);

}  // namespace firesweep::base
