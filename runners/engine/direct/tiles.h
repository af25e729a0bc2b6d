// How outputs are divided into tiles that fit into the processor's registers.
#pragma once

#include <cstdint>
#include <vector>

#include "runners/engine/element.h"

namespace firesweep::runners::engine {

/// Panels of output channels that are computed together.
struct PanelRange {
  std::int64_t first_channel = 0;
  std::int64_t panels = 0;
};

/// With two panels a tile needs half a load a multiplication; more would leave fewer pixels.
inline constexpr std::int64_t kPanelsOfTile = 2;

[[nodiscard]] inline std::vector<PanelRange> panel_blocks(std::int64_t channels) {
  std::vector<PanelRange> blocks;
  const std::int64_t panels = channels / kChannelMultiple;
  for (std::int64_t panel = 0; panel < panels; panel += kPanelsOfTile) {
    const std::int64_t count = panels - panel < kPanelsOfTile ? panels - panel : kPanelsOfTile;
    blocks.push_back({.first_channel = panel * kChannelMultiple, .panels = count});
  }
  return blocks;
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
