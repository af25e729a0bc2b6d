// A worker's log that is of use only while somebody waits for the worker.
#pragma once

#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

namespace firesweep::runners {

/// In the temporary directory; the file is removed at the end.
struct TemporaryLog {
  explicit TemporaryLog(std::size_t number = 0)
      : path(std::filesystem::temp_directory_path() /
             fmt::format("firesweep-check-{}-{}.log", ::getpid(), number)) {
    remove();
  }
  TemporaryLog(const TemporaryLog&) = delete;
  TemporaryLog& operator=(const TemporaryLog&) = delete;
  ~TemporaryLog() { remove(); }

  void remove() const {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }

  std::filesystem::path path;
};

}  // namespace firesweep::runners
