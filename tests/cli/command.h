// The program as a user calls it, in a working directory of its own.
#pragma once

#include <string>
#include <vector>

#include "tests/integration/program.h"

namespace firesweep::cli {

using Answer = integration::Outcome;

[[nodiscard]] inline Answer command(const std::vector<std::string>& words) {
  return integration::Workplace().firesweep(words);
}

}  // namespace firesweep::cli
