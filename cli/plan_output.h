// What `plan` prints for people.
#pragma once

#include <string>

#include "models/complexity.h"
#include "runners/run/plan.h"

namespace firesweep::cli {

/// A row a layer, and a last one with the sums.
[[nodiscard]] std::string layers_table(const models::Complexity& complexity);

/// A row a point and a line of totals; with `layers` each point's layers too.
[[nodiscard]] std::string plan_table(const runners::run::Plan& plan, bool layers);

}  // namespace firesweep::cli
