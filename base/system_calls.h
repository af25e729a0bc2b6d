// What every file that makes system calls does around them.
#pragma once

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/error.h"

namespace firesweep::base {

/// Repeats a system call until no signal interrupts it.
template <typename Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) {
    result = call();
  }
  return result;
}

/// Throws FileError: "path: problem: text of errno value `error`".
[[noreturn]] inline void throw_file_error(const std::filesystem::path& path,
                                          std::string_view problem, int error) {
  const std::error_code code(error, std::generic_category());
  throw FileError(fmt::format("{}: {}: {}", path.string(), problem, code.message()), code);
}

/// Writes all bytes, in as many calls as it takes. Throws FileError, naming `path`.
inline void write_all(int descriptor, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written =
        uninterrupted([&] { return ::write(descriptor, bytes.data(), bytes.size()); });
    if (written <= 0) {
      throw_file_error(path, "can't write", written == 0 ? EIO : errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace firesweep::base
