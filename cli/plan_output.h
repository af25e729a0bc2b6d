// What `plan` prints, as text: a table for people, JSON and CSV for programs.
#pragma once

#include <string>

#include "models/complexity.h"
#include "runners/run/plan.h"

namespace firesweep::cli {

inline constexpr int kPlanSchemaVersion = 1;

/// A row a layer, and a last one with the sums.
[[nodiscard]] std::string layers_table(const models::Complexity& complexity);

/// A row a point and a line of totals; with `layers` each point's layers too.
[[nodiscard]] std::string plan_table(const runners::run::Plan& plan, bool layers);
/// A line a trial inside one JSON object.
[[nodiscard]] std::string plan_json(const runners::run::Plan& plan);
/// A row a trial, RFC 4180.
[[nodiscard]] std::string plan_csv(const runners::run::Plan& plan);

}  // namespace firesweep::cli
