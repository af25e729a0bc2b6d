// "Did you mean": the nearest of a few known names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace firesweep::reports {

/// " (did you mean 'bypass'?)", or nothing if no known name is near.
[[nodiscard]] std::string nearest_hint(std::string_view got, const std::vector<std::string>& known);

}  // namespace firesweep::reports
