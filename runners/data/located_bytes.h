// Bytes of a named file, with the place that an error names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "runners/data/byte_source.h"

namespace firesweep::runners::data {

/// Messages are "name: byte N: problem", where N counts decompressed bytes from 0.
class LocatedBytes {
 public:
  LocatedBytes(std::unique_ptr<ByteSource> source, std::string name);

  /// Bytes read so far.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  /// As ByteSource::read, with name and byte in the error.
  std::size_t read(std::span<std::uint8_t> into);
  /// Throws Error.
  [[noreturn]] void fail(std::uint64_t byte, std::string_view problem) const;

 private:
  std::unique_ptr<ByteSource> source_;
  std::string name_;
  std::uint64_t offset_ = 0;
};

}  // namespace firesweep::runners::data
