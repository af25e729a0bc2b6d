#include "runners/run/existing_run.h"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "runners/schedule/run_lock.h"

namespace firesweep::runners::run {

sweep::RunDirectory existing_run(const std::filesystem::path& path) {
  sweep::RunDirectory run(path);
  if (!run.exists()) {
    std::error_code error;
    throw Error(fmt::format("{}: {}", path.string(),
                            std::filesystem::is_regular_file(path, error)
                                ? "is a file; expected a run directory"
                            : std::filesystem::exists(path, error)
                                ? "is not a run directory (no manifest.json in it)"
                                : "is not a run directory (there is nothing of this name)"));
  }
  return run;
}

std::optional<std::filesystem::file_time_type> lock_time(const sweep::RunDirectory& run) {
  return schedule::RunLock::holder(run.lock_path()) ? base::write_time(run.lock_path())
                                                    : std::nullopt;
}

bool is_running(const sweep::RunDirectory& run, std::string_view id,
                std::optional<std::filesystem::file_time_type> locked) {
  if (!locked) {
    return false;
  }
  // An absent time is earlier than any.
  const auto started =
      std::max(base::write_time(run.log_path(id)), base::write_time(run.epochs_path(id)));
  return started >= locked && base::write_time(run.attempts_path(id)) <= started;
}

}  // namespace firesweep::runners::run
