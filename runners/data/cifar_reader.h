// The binary format of CIFAR-10 and CIFAR-100: records without a header. A record is one label byte
// (CIFAR-10) or two (CIFAR-100: coarse, fine), then the red, green and blue plane of 32x32 pixels.
//
// Source: A. Krizhevsky, https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version".
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/architecture.h"
#include "runners/data/byte_source.h"
#include "runners/data/image_set.h"
#include "runners/data/located_bytes.h"

namespace firesweep::runners::data {

inline constexpr models::Shape kCifarShape{3, 32, 32};

struct CifarFormat {
  /// One per label byte of a record: labels are below it.
  std::vector<std::int64_t> classes{10};
  std::size_t label = 0;  // which of them is used
};

/// Reads a file from the first byte to the last. Messages are "name: byte N: ...", where N counts
/// decompressed bytes from 0.
class CifarReader {
 public:
  CifarReader(std::unique_ptr<ByteSource> source, std::string name, CifarFormat format);

  /// Fills `pixels`, which must have the size of an image, and returns its label; std::nullopt
  /// after the last record. Throws Error for a label out of range, a file that ends within a
  /// record, and one without records.
  [[nodiscard]] std::optional<Label> next(std::span<std::uint8_t> pixels);

 private:
  LocatedBytes bytes_;
  CifarFormat format_;
  std::vector<std::uint8_t> labels_;  // of the current record
  std::int64_t records_ = 0;
};

}  // namespace firesweep::runners::data
