#include "runners/engine/patches.h"

#include <algorithm>
#include <cstring>

#include "runners/engine/layer.h"

namespace firesweep::runners::engine {

namespace {

/// One row of a window, from image row `y` (which may lie outside) and column `x` on.
std::byte* unfold_row(const std::byte* image, const PatchShape& shape, std::int64_t y,
                      std::int64_t x, std::byte* patch) {
  const std::size_t bytes = static_cast<std::size_t>(shape.kernel) * shape.channel_bytes;
  const std::int64_t first = std::max<std::int64_t>(x, 0);
  const std::int64_t last = std::min(x + shape.kernel, shape.width);
  if (y < 0 || y >= shape.height || last <= first) {
    std::memset(patch, 0, bytes);
    return patch + bytes;
  }
  const auto before = static_cast<std::size_t>(first - x) * shape.channel_bytes;
  const auto inside = static_cast<std::size_t>(last - first) * shape.channel_bytes;
  std::memset(patch, 0, before);
  std::memcpy(patch + before,
              image + static_cast<std::size_t>(y * shape.width + first) * shape.channel_bytes,
              inside);
  std::memset(patch + before + inside, 0, bytes - before - inside);
  return patch + bytes;
}

void unfold_image(const std::byte* image, const PatchShape& shape, std::byte* patch) {
  const std::int64_t margin = shape.kernel / 2;
  for (std::int64_t y = 0; y < shape.height; ++y) {
    for (std::int64_t x = 0; x < shape.width; ++x) {
      for (std::int64_t row = 0; row < shape.kernel; ++row) {
        patch = unfold_row(image, shape, y + row - margin, x - margin, patch);
      }
    }
  }
}

}  // namespace

void unfold(const std::byte* pixels, const PatchShape& shape, std::byte* patches) {
  const auto area = static_cast<std::size_t>(shape.height * shape.width);
  in_parallel(shape.images, [&](std::int64_t first, std::int64_t count) {
    for (auto image = static_cast<std::size_t>(first);
         image < static_cast<std::size_t>(first + count); ++image) {
      unfold_image(pixels + image * area * shape.channel_bytes, shape,
                   patches + image * area * shape.row_bytes());
    }
  });
}

}  // namespace firesweep::runners::engine
