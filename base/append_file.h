// A file that grows at its end, and can be cut back to a length: for work that is continued after
// an interruption.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "base/descriptor.h"

namespace firesweep::base {

/// Creates the file if it does not exist. Every function throws FileError, naming the path.
class AppendFile {
 public:
  explicit AppendFile(std::filesystem::path path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] int descriptor() const { return descriptor_.get(); }
  [[nodiscard]] std::uint64_t size() const;
  /// Fills `into` from byte `offset` on. False if the file ends before.
  [[nodiscard]] bool read(std::uint64_t offset, std::span<char> into) const;
  void append(std::string_view bytes);
  /// Cuts the file to its first `bytes` bytes.
  void truncate(std::uint64_t bytes);
  void sync();

 private:
  std::filesystem::path path_;
  Descriptor descriptor_;
};

}  // namespace firesweep::base
