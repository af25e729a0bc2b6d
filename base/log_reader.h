// A log that may still grow, or may not exist yet.
#pragma once

#include <cstddef>
#include <filesystem>
#include <ios>
#include <string>
#include <utility>

namespace firesweep::base {

class LogReader {
 public:
  explicit LogReader(std::filesystem::path path) : path_(std::move(path)) {}

  /// Skips to the last `lines` lines of the current content.
  void skip_to_last(std::size_t lines);

  /// The next unread part, at most 64 KiB; empty if there is none (yet).
  [[nodiscard]] std::string read_next();

  [[nodiscard]] bool exists() const;

 private:
  std::filesystem::path path_;
  std::streamoff offset_ = 0;
};

}  // namespace firesweep::base
