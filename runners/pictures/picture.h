// A picture in memory: 8 bits a channel, channels next to each other.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace firesweep::runners::pictures {

/// Larger pictures are rejected before memory is taken for them.
inline constexpr std::int64_t kMaxSide = 16'384;
inline constexpr std::int64_t kMaxPixels = 178'956'970;  // Pillow's own limit

struct Picture {
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t channels = 0;         // 1 (grey) or 3 (red, green, blue)
  std::vector<std::uint8_t> pixels;  // [height, width, channels]

  bool operator==(const Picture&) const = default;
};

/// Writes the pixels as [channels, height, width]. `out` must have exactly their number; throws
/// std::invalid_argument otherwise.
void to_planes(const Picture& picture, std::span<std::uint8_t> out);

/// Throws Error if a picture of `height` x `width` pixels is empty or larger than the limits.
void check_size(std::int64_t height, std::int64_t width, std::int64_t max_pixels = kMaxPixels);

}  // namespace firesweep::runners::pictures
