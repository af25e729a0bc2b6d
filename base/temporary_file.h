// A file that is written under a temporary name and renamed when it is complete.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/descriptor.h"

namespace firesweep::base {

/// A new file in `path`'s directory. The destructor removes it unless it was published or kept.
/// Every function except the destructor throws FileError, naming `path`.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::filesystem::path path);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  /// Makes one system call: callers should collect small pieces.
  void append(std::string_view bytes);
  /// Syncs and closes. Do not append afterwards.
  void finish();
  /// Renames the finished file over `path` and syncs the directory.
  void publish();

  /// Its temporary name.
  [[nodiscard]] const std::filesystem::path& name() const { return name_; }
  /// The caller has renamed the file itself: the destructor must not remove it.
  void keep() { kept_ = true; }

 private:
  std::filesystem::path path_;
  std::filesystem::path name_;
  Descriptor descriptor_;
  bool kept_ = false;
};

}  // namespace firesweep::base
