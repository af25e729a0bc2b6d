// Facts about the machine, for the record of a run.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace firesweep::base {

[[nodiscard]] std::string host_name();

/// The processor's model name as the system reports it, or "unknown".
[[nodiscard]] std::string host_processor();

/// Processors this process may run on, ascending.
[[nodiscard]] std::vector<int> available_processors();

/// host, processor, cores, kernel, compiler.
[[nodiscard]] nlohmann::json host_environment();

/// Now, in UTC, as 2026-01-31T12:00:00Z.
[[nodiscard]] std::string utc_now();

}  // namespace firesweep::base
