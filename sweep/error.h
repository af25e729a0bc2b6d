// The errors that reach users. Each what() is one clear line: where, what is wrong, what was
// expected. Only main catches them.
#pragma once

#include <stdexcept>
#include <string>

namespace firesweep {

/// Anything a user can mend. Exit code 2.
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
};

}  // namespace firesweep
