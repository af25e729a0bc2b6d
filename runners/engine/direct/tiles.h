// How outputs are divided into tiles that fit into the processor's registers.
#pragma once

#include <algorithm>
#include <cstdint>

#include "runners/engine/element.h"

namespace firesweep::runners::engine {

/// BlockedTensor of output channels that are computed together.
struct BlockRange {
  std::int64_t first_channel = 0;
  std::int64_t blocks = 0;
};

/// With two blocks a tile needs half a load per multiplication; more would leave fewer pixels.
inline constexpr std::int64_t kBlocksOfTile = 2;

/// All blocks of `channels` channels, as ranges to loop over. Takes no memory: threads use it.
class BlockRanges {
 public:
  class Iterator {
   public:
    constexpr Iterator(std::int64_t block, std::int64_t blocks) : block_(block), blocks_(blocks) {}
    [[nodiscard]] constexpr BlockRange operator*() const {
      return {.first_channel = block_ * kChannelMultiple,
              .blocks = std::min(kBlocksOfTile, blocks_ - block_)};
    }
    constexpr Iterator& operator++() {
      block_ = std::min(block_ + kBlocksOfTile, blocks_);
      return *this;
    }
    [[nodiscard]] constexpr bool operator==(const Iterator& other) const = default;

   private:
    std::int64_t block_;
    std::int64_t blocks_;
  };

  explicit constexpr BlockRanges(std::int64_t channels) : blocks_(channels / kChannelMultiple) {}
  [[nodiscard]] constexpr Iterator begin() const { return {0, blocks_}; }
  [[nodiscard]] constexpr Iterator end() const { return {blocks_, blocks_}; }

 private:
  std::int64_t blocks_;
};

[[nodiscard]] constexpr BlockRanges block_ranges(std::int64_t channels) {
  return BlockRanges(channels);
}

/// Pixels of a tile: 14 x 2 sums, two vectors of weights and two of inputs are 32 registers.
inline constexpr std::int64_t kPixelsOfTile = 14;

/// Neighbouring pixels of a row, at the same position in several images.
struct TileShape {
  std::int64_t images = 1;
  std::int64_t pixels = 1;
};

/// The first image and pixel of a tile.
struct TilePosition {
  std::int64_t image = 0;
  std::int64_t y = 0;
  std::int64_t x = 0;
};

/// Pixels that are processed together, of several images or of one: enough to make loading the sums
/// of gradients worthwhile, few enough for the cache.
inline constexpr std::int64_t kPixelsOfBand = 196;

/// Rows that are computed for all output channels before the next rows: few enough for their inputs
/// to stay in the cache.
[[nodiscard]] constexpr std::int64_t rows_at_once(std::int64_t width) {
  constexpr std::int64_t kPixelsAtOnce = 224;
  return width < kPixelsAtOnce ? kPixelsAtOnce / width : 1;
}

/// Images that share a tile where a row fills half of one at most.
[[nodiscard]] constexpr std::int64_t images_of_tile(std::int64_t width) {
  return width > kPixelsOfTile / 2 ? 1 : kPixelsOfTile / width;
}

}  // namespace firesweep::runners::engine
