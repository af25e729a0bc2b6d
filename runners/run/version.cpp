#include "cli/version.h"

namespace firesweep::cli {

std::string version_line() {
  return "firesweep " FIRESWEEP_VERSION;
}

}  // namespace firesweep::cli
