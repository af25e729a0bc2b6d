// A plan for programs: the answers of `firesweep plan --format json` and `--format csv`.
#pragma once

#include <string>

#include "runners/run/plan.h"

namespace firesweep::runners::run {

inline constexpr int kPlanSchemaVersion = 1;

/// A line a trial inside one JSON object (docs/command-line.md).
[[nodiscard]] std::string plan_json(const Plan& plan);
/// A row a trial, RFC 4180.
[[nodiscard]] std::string plan_csv(const Plan& plan);

}  // namespace firesweep::runners::run
