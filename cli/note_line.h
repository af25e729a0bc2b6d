// Lines for people while a command works.
#pragma once

#include <string_view>

#include "base/log.h"

namespace firesweep::cli {

/// A runners::schedule::Note: writes the line to standard error.
inline void note_line(std::string_view line) {
  log("{}\n", line);
}

}  // namespace firesweep::cli
