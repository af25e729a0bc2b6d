// What file_io.cpp and directories.cpp share; for nobody else.
#pragma once

#include <cerrno>
#include <filesystem>
#include <string_view>

namespace firesweep::base::internal {

/// Throws FileError: "path: problem: what errno value `error` means".
[[noreturn]] void fail(const std::filesystem::path& path, std::string_view problem, int error);

/// A call that a signal may cut short, again until it isn't.
template <typename Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) {
    result = call();
  }
  return result;
}

/// "." for a bare name.
[[nodiscard]] std::filesystem::path directory_of(const std::filesystem::path& path);

/// Makes what was renamed or created in `directory` survive a power cut. Throws FileError.
void sync_directory(const std::filesystem::path& directory);

}  // namespace firesweep::base::internal
