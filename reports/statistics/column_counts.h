// Bit sets over the same columns (images), counted column by column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace firesweep::reports::statistics {

/// How many of the bit sets that were added have each column. Counts are kept as binary numbers
/// across words, 64 columns at a time, so that adding a set takes a few operations per word.
class ColumnCounts {
 public:
  explicit ColumnCounts(std::size_t columns) : columns_(columns) {}

  /// Column i is bit i % 64 of word i / 64. Precondition: as many words as the columns need.
  void add(std::span<const std::uint64_t> bits);
  /// Adds `factor` times each count. Precondition: as many totals as columns.
  void add_to(std::span<double> totals, double factor) const;

 private:
  std::size_t columns_;
  std::vector<std::vector<std::uint64_t>> planes_;  // [binary digit][word]
};

}  // namespace firesweep::reports::statistics
