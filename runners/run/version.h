#pragma once

#include <string>

namespace firesweep::cli {

/// "firesweep 0.1.0".
[[nodiscard]] std::string version_line();

}  // namespace firesweep::cli
