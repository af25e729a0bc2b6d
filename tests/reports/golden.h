// Files that hold the exact bytes an answer must have.
#pragma once

#include <string_view>

namespace firesweep::reports {

/// Compares with tests/golden/reports/<name> byte for byte; a missing file is a failure. With
/// FIRESWEEP_UPDATE_GOLDEN=1 writes it instead.
void check_golden(std::string_view name, std::string_view actual);

/// The same, but numbers with decimals may differ by 1e-12, relative or absolute: for results of
/// linear algebra, whose last bits are the library's.
void check_golden_within_rounding(std::string_view name, std::string_view actual);

}  // namespace firesweep::reports
