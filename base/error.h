// The errors that reach users. Each what() is one line: where, what is wrong, what was expected.
// Only main catches them.
#pragma once

#include <stdexcept>
#include <string>
#include <system_error>

namespace firesweep {

/// Anything a user can fix. Exit code 2.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Bad input in a file: "file:line:column: problem; got X; expected A, B".
class ConfigError : public Error {
 public:
  using Error::Error;
};

/// A file or directory that can't be read or written; names the path and the system's reason.
class FileError : public Error {
 public:
  using Error::Error;
  FileError(const std::string& message, std::error_code code) : Error(message), code_(code) {}

  /// The system's error, of the generic category (errno): ENOSPC, EDQUOT, EROFS, EIO, ... Zero if
  /// the system reported none, but the file has the wrong content.
  [[nodiscard]] std::error_code code() const noexcept { return code_; }

 private:
  std::error_code code_;
};

}  // namespace firesweep
