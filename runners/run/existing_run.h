// A run directory to be read: what the commands that take DIR have in common.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "sweep/store/run_directory.h"

namespace firesweep::runners::run {

/// Throws Error unless `path` holds a run: "DIR: is not a run directory (no manifest.json in it)".
[[nodiscard]] sweep::RunDirectory existing_run(const std::filesystem::path& path);

/// Whether a trial without a result is being trained, given when the lock of the run was signed
/// (absent: no process holds it). It is if its log or its epochs are newer: a worker writes a line
/// into the log when a job starts. It is not if a worker crashed with it since.
[[nodiscard]] bool is_running(const sweep::RunDirectory& run, std::string_view id,
                              std::optional<std::filesystem::file_time_type> locked);

/// When the run's lock was signed; absent if no process holds it.
[[nodiscard]] std::optional<std::filesystem::file_time_type> lock_time(
    const sweep::RunDirectory& run);

}  // namespace firesweep::runners::run
