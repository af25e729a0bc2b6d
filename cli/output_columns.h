// How wide tables on standard output may be.
#pragma once

#include <cstddef>

namespace firesweep::cli {

/// Columns of the terminal that standard output is; 0, any width, for a file or a pipe.
[[nodiscard]] std::size_t output_columns();

}  // namespace firesweep::cli
