#include "runners/run/version.h"

namespace firesweep::runners::run {

std::string version_line() {
  return "firesweep " FIRESWEEP_VERSION;
}

}  // namespace firesweep::runners::run
