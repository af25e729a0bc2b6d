// The strategies there are, by name.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "runners/schedule/strategy.h"

namespace firesweep::runners::schedule {

inline constexpr std::string_view kDefaultStrategy = "grid";

/// A strategy over `trials`, those that have no result yet. Throws Error naming the strategies
/// there are for any other name.
[[nodiscard]] std::unique_ptr<Strategy> make_strategy(std::string_view name,
                                                      std::vector<PendingTrial> trials);

}  // namespace firesweep::runners::schedule
