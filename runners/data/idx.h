// The idx format of MNIST: a big-endian header, then bytes. The format knows no checksum, so every
// number of a header is doubted until the bytes it promises have been read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/architecture.h"

namespace firesweep::runners::data {

/// Bytes one after another.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills `into` and returns how many bytes it got: fewer than asked only at the end. Throws Error
  /// with a reason but no path if they can't be read.
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

struct IdxImages {
  models::Shape shape;  // [1, rows, columns]
  std::int64_t count = 0;
  std::vector<std::uint8_t> pixels;  // [N, 1, rows, columns]
};

/// The readers below take `name` for messages, "name: byte N: ...", where N counts decompressed
/// bytes from 0. They throw Error for anything but a well-formed file, to its last byte.
[[nodiscard]] IdxImages read_idx_images(ByteSource& source, const std::string& name);
/// Shape and count; `pixels` stays empty.
[[nodiscard]] IdxImages read_idx_image_header(ByteSource& source, const std::string& name);
/// `classes`: labels from there on are refused.
[[nodiscard]] std::vector<std::uint8_t> read_idx_labels(ByteSource& source, const std::string& name,
                                                        std::int64_t classes);
[[nodiscard]] std::int64_t read_idx_label_header(ByteSource& source, const std::string& name);

}  // namespace firesweep::runners::data
