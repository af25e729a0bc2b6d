// A design as JSON, as the manifest and the trial log have it.
#pragma once

#include <cstddef>

#include <nlohmann/json.hpp>

#include "sweep/study/trial.h"

namespace firesweep::sweep {

/// Layers are left out: they follow from the design.
[[nodiscard]] nlohmann::json point_to_json(const Point& point);
/// Throws Error naming the missing or ill-typed field, or unless there are `axes` axis values.
[[nodiscard]] Point point_from_json(const nlohmann::json& json, std::size_t axes);

}  // namespace firesweep::sweep
