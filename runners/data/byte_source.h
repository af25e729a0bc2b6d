// Sequential bytes: from memory, a plain file or a gzipped one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace firesweep::runners::data {

/// A sequence of bytes.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills `into` and returns the number of bytes read: fewer than requested only at the end.
  /// Throws Error with a reason but no path on failure.
  virtual std::size_t read(std::span<std::uint8_t> into) = 0;
};

/// Bytes in memory, which must outlive the source.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::span<const std::uint8_t> bytes) : rest_(bytes) {}
  std::size_t read(std::span<std::uint8_t> into) override;

 private:
  std::span<const std::uint8_t> rest_;
};

/// A plain or gzipped file, decompressed. Throws FileError if it can't be opened.
[[nodiscard]] std::unique_ptr<ByteSource> open_source(const std::filesystem::path& path);

}  // namespace firesweep::runners::data
