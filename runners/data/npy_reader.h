// NumPy's .npy format, versions 1.0 to 3.0: a header (npy_header.h), then the items of an array.
//
// Source: NumPy, "NEP 1 - A simple file format for NumPy arrays".
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runners/data/byte_source.h"
#include "runners/data/image_set.h"
#include "runners/data/npy_header.h"

namespace firesweep::runners::data {

inline constexpr std::int64_t kMaxNpyImages = 100'000'000;

/// Reads an array from the first byte to the last. Messages are "name: byte N: ...", where N counts
/// decompressed bytes from 0. Every function throws Error for a malformed file.
class NpyReader {
 public:
  /// Reads the header.
  NpyReader(std::unique_ptr<ByteSource> source, std::string name);

  [[nodiscard]] const NpyHeader& header() const { return header_; }
  /// Throws Error unless a file of so many bytes fits the header. Call before items are read.
  void expect_size(std::uint64_t bytes) const;
  /// The next items. Throws Error if the file ends before them.
  void read(std::span<std::uint8_t> items);
  /// Throws Error if bytes follow.
  void expect_end();
  /// All items as labels. Throws Error unless the array is of integers or bools, [N] or [N, 1], at
  /// most kMaxNpyImages, each below kMaxClasses. Memory grows with the bytes that are read, not
  /// with the header.
  [[nodiscard]] std::vector<Label> labels();

  /// Throws Error about the array as its header describes it.
  [[noreturn]] void fail_in_header(std::string_view problem) const;

 private:
  [[noreturn]] void fail_at(std::uint64_t byte, std::string_view problem) const;
  std::string header_text();
  void check_labels() const;
  std::size_t read_some(std::span<std::uint8_t> into);

  std::unique_ptr<ByteSource> source_;
  std::string name_;
  NpyHeader header_;
  std::uint64_t offset_ = 0;
};

}  // namespace firesweep::runners::data
