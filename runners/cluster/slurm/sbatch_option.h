// Additional sbatch options of the user, and why some of them are rejected.
#pragma once

#include <string>
#include <string_view>

namespace firesweep::runners::cluster {

/// Why an option such as "--output=x.log", "--out=x" or "-o x" is rejected: it would have no effect
/// or conflict with an option that firesweep sets. Empty if it is allowed.
[[nodiscard]] std::string rejection_reason(std::string_view option);

}  // namespace firesweep::runners::cluster
