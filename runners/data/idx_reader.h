// The idx format of MNIST: a big-endian header, then bytes. The format has no checksum, so no count
// in a header is trusted until its bytes have been read.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/architecture.h"
#include "runners/data/byte_source.h"
#include "runners/data/image_set.h"
#include "runners/data/located_bytes.h"

namespace firesweep::runners::data {

/// Reads an idx file from the first byte to the last. Messages are "name: byte N: ...", where N
/// counts decompressed bytes from 0. Every function throws Error for a malformed file.
class IdxReader {
 public:
  IdxReader(std::unique_ptr<ByteSource> source, std::string name);

  struct ImageHeader {
    models::Shape shape;  // [1, rows, columns]
    std::int64_t count = 0;
  };
  [[nodiscard]] ImageHeader image_header();
  /// Call after image_header. Fills `pixels`, which must have the size of an image, with the next
  /// image. After the last image, checks the end of the file and returns false.
  [[nodiscard]] bool next_image(std::span<std::uint8_t> pixels);

  /// The number of labels.
  [[nodiscard]] std::int64_t label_header();
  /// Call after label_header. Returns all labels, one byte each. Labels must be below `classes`.
  [[nodiscard]] std::vector<std::uint8_t> labels(std::int64_t classes);

 private:
  std::uint32_t header_number();
  void expect_magic(std::uint32_t expected, std::string_view what, std::int64_t header_bytes);
  std::int64_t number_up_to(std::uint32_t maximum, std::string_view what);
  void expect_end(std::string_view what);

  LocatedBytes bytes_;
  std::int64_t header_bytes_ = 0;
  std::int64_t count_ = 0;    // according to the header
  std::int64_t image_ = 0;    // images read
  std::uint64_t pixels_ = 0;  // of all images, according to the header
};

}  // namespace firesweep::runners::data
