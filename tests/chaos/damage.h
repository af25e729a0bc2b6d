// Files as a power cut or a bad disk may leave them.
#pragma once

#include <filesystem>
#include <string>

#include "tests/chaos/plan.h"

namespace firesweep::chaos {

/// Damages a file of an unfinished trial, by hit.action. What was done, or that no trial
/// has such a file.
[[nodiscard]] std::string damage(const std::filesystem::path& run, const Hit& hit);

}  // namespace firesweep::chaos
