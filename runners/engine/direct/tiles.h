// How outputs are divided into tiles that fit into the processor's registers.
#pragma once

#include <algorithm>
#include <cstdint>

#include "runners/engine/element.h"

namespace firesweep::runners::engine {

/// Panels of output channels that are computed together.
struct PanelRange {
  std::int64_t first_channel = 0;
  std::int64_t panels = 0;
};

/// With two panels a tile needs half a load a multiplication; more would leave fewer pixels.
inline constexpr std::int64_t kPanelsOfTile = 2;

/// All panels of `channels` channels, as ranges to loop over. Takes no memory: threads use it.
class PanelBlocks {
 public:
  class Iterator {
   public:
    constexpr Iterator(std::int64_t panel, std::int64_t panels) : panel_(panel), panels_(panels) {}
    [[nodiscard]] constexpr PanelRange operator*() const {
      return {.first_channel = panel_ * kChannelMultiple,
              .panels = std::min(kPanelsOfTile, panels_ - panel_)};
    }
    constexpr Iterator& operator++() {
      panel_ = std::min(panel_ + kPanelsOfTile, panels_);
      return *this;
    }
    [[nodiscard]] constexpr bool operator==(const Iterator& other) const = default;

   private:
    std::int64_t panel_;
    std::int64_t panels_;
  };

  explicit constexpr PanelBlocks(std::int64_t channels) : panels_(channels / kChannelMultiple) {}
  [[nodiscard]] constexpr Iterator begin() const { return {0, panels_}; }
  [[nodiscard]] constexpr Iterator end() const { return {panels_, panels_}; }

 private:
  std::int64_t panels_;
};

[[nodiscard]] constexpr PanelBlocks panel_blocks(std::int64_t channels) {
  return PanelBlocks(channels);
}

/// Pixels of a tile: 14 x 2 sums, two vectors of weights and two of inputs are 32 registers.
inline constexpr std::int64_t kPixelsOfTile = 14;

/// Neighbouring pixels of a row, at the same place in several images.
struct TileShape {
  std::int64_t images = 1;
  std::int64_t pixels = 1;
};

/// Where a tile lies: its first image and pixel.
struct TilePlace {
  std::int64_t image = 0;
  std::int64_t y = 0;
  std::int64_t x = 0;
};

/// Of images, or of some pixels of one, that are worked on together: enough for the sums of
/// gradients to be worth loading, few enough for the cache.
inline constexpr std::int64_t kPixelsOfBand = 196;

/// Rows that are computed for all output channels before the next are looked at: few enough for
/// what flows into them to stay in the cache.
[[nodiscard]] constexpr std::int64_t rows_of_block(std::int64_t width) {
  constexpr std::int64_t kPixelsOfBlock = 224;
  return width < kPixelsOfBlock ? kPixelsOfBlock / width : 1;
}

/// Images that share a tile where a row fills half of one at most.
[[nodiscard]] constexpr std::int64_t images_of_tile(std::int64_t width) {
  return width > kPixelsOfTile / 2 ? 1 : kPixelsOfTile / width;
}

}  // namespace firesweep::runners::engine
