// Further options of sbatch that a user asks for, and why some of them can't be had.
#pragma once

#include <string>
#include <string_view>

namespace firesweep::sweep {

/// Why an option such as "--output=x.log", "--out=x" or "-o x" would not do what it says, or would
/// break what depends on firesweep's own; empty if it may be used.
[[nodiscard]] std::string objection_to(std::string_view option);

}  // namespace firesweep::sweep
