// A file that is written under a temporary name and appears under its own one when it is whole.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/descriptor.h"

namespace firesweep::base {

/// A new file in `path`'s directory, removed at the end unless it was renamed or kept. Every
/// function but the destructor throws FileError, naming `path`.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::filesystem::path path);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  /// One write to the system: small pieces are the caller's to collect.
  void append(std::string_view bytes);
  /// Syncs and closes. Nothing may be appended afterwards.
  void finish();
  /// Renames the finished file over `path` and syncs the directory.
  void publish();

  /// Its name until it is renamed.
  [[nodiscard]] const std::filesystem::path& name() const { return name_; }
  /// Tells that it was renamed by other means: nothing is to be removed.
  void keep() { kept_ = true; }

 private:
  std::filesystem::path path_;
  std::filesystem::path name_;
  Descriptor descriptor_;
  bool kept_ = false;
};

}  // namespace firesweep::base
