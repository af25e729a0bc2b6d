#include "runners/engine/im2col.h"

#include <algorithm>
#include <cstring>

#include "runners/engine/layer.h"

namespace firesweep::runners::engine {

namespace {

/// One kernel row of an im2col row, from image row `y` (which may be outside) and column `x` on.
std::byte* im2col_row(const std::byte* image, const Im2colShape& shape, std::int64_t y,
                      std::int64_t x, std::byte* to) {
  const std::size_t bytes = static_cast<std::size_t>(shape.kernel) * shape.channel_bytes;
  const std::int64_t first = std::max<std::int64_t>(x, 0);
  const std::int64_t last = std::min(x + shape.kernel, shape.width);
  if (y < 0 || y >= shape.height || last <= first) {
    std::memset(to, 0, bytes);
    return to + bytes;
  }
  const auto before = static_cast<std::size_t>(first - x) * shape.channel_bytes;
  const auto inside = static_cast<std::size_t>(last - first) * shape.channel_bytes;
  std::memset(to, 0, before);
  std::memcpy(to + before,
              image + static_cast<std::size_t>(y * shape.width + first) * shape.channel_bytes,
              inside);
  std::memset(to + before + inside, 0, bytes - before - inside);
  return to + bytes;
}

void im2col_image(const std::byte* image, const Im2colShape& shape, std::byte* to) {
  const std::int64_t margin = shape.kernel / 2;
  for (std::int64_t y = 0; y < shape.height; ++y) {
    for (std::int64_t x = 0; x < shape.width; ++x) {
      for (std::int64_t row = 0; row < shape.kernel; ++row) {
        to = im2col_row(image, shape, y + row - margin, x - margin, to);
      }
    }
  }
}

}  // namespace

void im2col(const std::byte* pixels, const Im2colShape& shape, std::byte* im2col_rows) {
  const auto area = static_cast<std::size_t>(shape.height * shape.width);
  in_parallel(shape.images, [&](std::int64_t first, std::int64_t count) {
    for (auto image = static_cast<std::size_t>(first);
         image < static_cast<std::size_t>(first + count); ++image) {
      im2col_image(pixels + image * area * shape.channel_bytes, shape,
                   im2col_rows + image * area * shape.row_bytes());
    }
  });
}

}  // namespace firesweep::runners::engine
