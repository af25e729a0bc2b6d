#include "reports/statistics/column_counts.h"

#include <algorithm>

namespace firesweep::reports::statistics {

void ColumnCounts::add(std::span<const std::uint64_t> bits) {
  for (std::size_t word = 0; word < bits.size(); ++word) {
    std::uint64_t carry = bits[word];
    for (std::size_t digit = 0; carry != 0; ++digit) {
      if (digit == planes_.size()) {
        planes_.emplace_back(bits.size(), 0);
      }
      const std::uint64_t both = planes_[digit][word] & carry;
      planes_[digit][word] ^= carry;
      carry = both;
    }
  }
}

void ColumnCounts::add_to(std::span<double> totals, double factor) const {
  constexpr std::size_t kBits = 64;
  for (std::size_t first = 0; first < columns_; first += kBits) {
    const std::size_t count = std::min(kBits, columns_ - first);
    for (std::size_t bit = 0; bit < count; ++bit) {
      std::uint64_t number = 0;
      for (std::size_t digit = 0; digit < planes_.size(); ++digit) {
        number |= (planes_[digit][first / kBits] >> bit & 1U) << digit;
      }
      totals[first + bit] += factor * static_cast<double>(number);
    }
  }
}

}  // namespace firesweep::reports::statistics
