// Which designs of a sweep `firesweep bench` measures.
#pragma once

#include <cstddef>
#include <vector>

#include "sweep/study/trial.h"

namespace firesweep::runners::run {

/// Of all designs by MACs: the cheapest, the most expensive, and some evenly between, cheapest
/// first; all if there are no more than `count`; of one, the middle one.
[[nodiscard]] std::vector<const sweep::Point*> chosen_designs(
    const std::vector<sweep::Point>& points, std::size_t count);

}  // namespace firesweep::runners::run
