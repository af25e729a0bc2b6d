// What every file that makes system calls does around them.
#pragma once

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

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

}  // namespace firesweep::base
