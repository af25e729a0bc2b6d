// What a run tells of the machine it ran on.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace firesweep::base {

[[nodiscard]] std::string host_name();

/// The processor's name as the system has it ("unknown" if it does not say).
[[nodiscard]] std::string host_processor();

/// Processors this process may run on, ascending.
[[nodiscard]] std::vector<int> available_processors();

/// host, processor, cores, kernel, compiler.
[[nodiscard]] nlohmann::json host_environment();

/// Now, in UTC, as 2026-01-31T12:00:00Z.
[[nodiscard]] std::string utc_now();

}  // namespace firesweep::base
