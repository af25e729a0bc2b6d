// A log that may still grow, or not be there yet.
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

  /// Leaves out what comes before the last `lines` lines that are there now.
  void skip_to_last(std::size_t lines);

  /// At most the next 64 kB that have not been read; empty if there is nothing (yet).
  [[nodiscard]] std::string read_on();

  [[nodiscard]] bool exists() const;

 private:
  std::filesystem::path path_;
  std::streamoff offset_ = 0;
};

}  // namespace firesweep::base
