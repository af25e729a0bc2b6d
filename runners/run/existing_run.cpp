#include "runners/run/existing_run.h"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "base/error.h"
#include "runners/schedule/run_lock.h"

namespace firesweep::runners::run {

sweep::RunDirectory existing_run(const std::filesystem::path& path) {
  sweep::RunDirectory run(path);
  if (!run.exists()) {
    std::error_code error;
    throw Error(fmt::format("{}: {}", path.string(),
                            std::filesystem::exists(path, error)
                                ? "is no run directory (no manifest.json in it)"
                                : "is no run directory (there is nothing of this name)"));
  }
  return run;
}

std::optional<std::filesystem::file_time_type> write_time(const std::filesystem::path& path) {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(path, error);
  return error ? std::nullopt : std::optional(time);
}

std::optional<std::filesystem::file_time_type> lock_time(const sweep::RunDirectory& run) {
  return schedule::RunLock::holder(run.lock_path()) ? write_time(run.lock_path()) : std::nullopt;
}

bool is_running(const sweep::RunDirectory& run, std::string_view id,
                std::optional<std::filesystem::file_time_type> locked) {
  if (!locked) {
    return false;
  }
  // An absent time is earlier than any.
  const auto begun = std::max(write_time(run.log_path(id)), write_time(run.epochs_path(id)));
  return begun >= locked && write_time(run.attempts_path(id)) <= begun;
}

std::string first_line(std::string_view text) {
  std::string line(text.substr(0, text.find('\n')));
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return line;
}

}  // namespace firesweep::runners::run
