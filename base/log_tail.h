// The end of a log: what one wants to see of a trial that failed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace firesweep::base {

/// At most the last 20 lines within the last 4 kB, as valid UTF-8, without empty lines at the end.
/// Empty if there is no log.
[[nodiscard]] std::vector<std::string> log_tail(const std::filesystem::path& path);

/// The same as one text.
[[nodiscard]] std::string log_tail_text(const std::filesystem::path& path);

}  // namespace firesweep::base
