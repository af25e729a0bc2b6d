// The members of a zip or tar file, from the first to the last.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/descriptor.h"
#include "runners/data/byte_source.h"

struct archive;

namespace firesweep::runners::data {

enum class ArchiveFormat { kZip, kTar };

/// As a ByteSource it has the decompressed bytes of the current member. Checksums of zip members
/// are compared at their end.
class ArchiveReader final : public ByteSource {
 public:
  /// Throws FileError if the file can't be opened, Error if it is not such an archive.
  ArchiveReader(const std::filesystem::path& path, ArchiveFormat format);
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;
  ~ArchiveReader() override;

  struct Member {
    std::string name;                    // as in the archive: any bytes
    std::optional<std::uint64_t> bytes;  // according to the archive
  };
  /// The next regular file, or std::nullopt after the last. Skips what is left of the current one.
  /// Throws Error with the path for a damaged or truncated archive.
  [[nodiscard]] std::optional<Member> next();

  std::size_t read(std::span<std::uint8_t> into) override;

 private:
  [[noreturn]] void fail(const std::string& problem) const;
  void check_end() const;

  std::filesystem::path path_;
  ArchiveFormat format_;
  base::Descriptor file_;
  std::unique_ptr<archive, int (*)(archive*)> archive_;
};

}  // namespace firesweep::runners::data
