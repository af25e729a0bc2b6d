// The strategies there are, by name.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "runners/schedule/strategy.h"

namespace firesweep::runners::schedule {

inline constexpr std::string_view kDefaultStrategy = "grid";

/// Whether the strategy's decisions depend on results. Then it is made over all trials of a run,
/// and is told first which of them have a result (RunContext::finished_before). Such a strategy
/// needs a coordinator as long as trials train. Throws as make_strategy does.
[[nodiscard]] bool needs_results(std::string_view name);

/// A strategy over `trials`: all of a run if it needs results, else those that have none yet.
/// Throws Error naming the known strategies for any other name.
[[nodiscard]] std::unique_ptr<Strategy> make_strategy(std::string_view name,
                                                      std::vector<PendingTrial> trials);

}  // namespace firesweep::runners::schedule
