#include "cli/output_columns.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace firesweep::cli {

std::size_t output_columns() {
  winsize size{};
  return ::isatty(STDOUT_FILENO) == 1 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0
             ? size.ws_col
             : 0;
}

}  // namespace firesweep::cli
