#pragma once

#include <string>

namespace firesweep::runners::run {

/// "firesweep 0.1.0".
[[nodiscard]] std::string version_line();

}  // namespace firesweep::runners::run
