#pragma once

#include <nlohmann/json.hpp>

namespace firesweep::runners::train {

/// The environment that a trial's bits and speed depend on: versions, processor, threads,
/// allocator.
[[nodiscard]] nlohmann::json worker_environment();

}  // namespace firesweep::runners::train
