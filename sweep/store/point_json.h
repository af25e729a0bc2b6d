// A design as JSON, as in the manifest and the trial log.
#pragma once

#include <cstddef>

#include <nlohmann/json.hpp>

#include "sweep/study/trial.h"

namespace firesweep::sweep {

/// Without layers: they follow from the design.
[[nodiscard]] nlohmann::json point_to_json(const Point& point);
/// With every key of `training:`: those that came after the point was written have their defaults.
/// Throws Error naming the missing or ill-typed field, or if the number of axis values is not
/// `axes`.
[[nodiscard]] Point point_from_json(const nlohmann::json& json, std::size_t axes);

}  // namespace firesweep::sweep
