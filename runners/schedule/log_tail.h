#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace firesweep::runners {

/// The end of a log for an error message: at most the last 20 lines and 4 kB, as valid UTF-8,
/// without a last newline. Empty if there is no log.
[[nodiscard]] std::string log_tail(const std::filesystem::path& path);

}  // namespace firesweep::runners
