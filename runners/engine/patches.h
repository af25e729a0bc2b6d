// The windows of a convolution laid side by side (im2col), so that a matrix product does the rest.
#pragma once

#include <cstddef>
#include <cstdint>

namespace firesweep::runners::engine {

/// Of a convolution with stride 1 whose output is as large as its input.
struct PatchShape {
  std::int64_t images = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t kernel = 3;        // odd
  std::size_t channel_bytes = 0;  // of one pixel

  [[nodiscard]] std::size_t row_bytes() const {
    return static_cast<std::size_t>(kernel * kernel) * channel_bytes;
  }
  [[nodiscard]] std::size_t total_bytes() const {
    return static_cast<std::size_t>(images * height * width) * row_bytes();
  }
};

/// [N, H, W, C] -> [N, H, W, kernel, kernel, C]: for each pixel the window around it, zeros beyond
/// the border. Divides images among OpenMP's threads.
void unfold(const std::byte* pixels, const PatchShape& shape, std::byte* patches);

}  // namespace firesweep::runners::engine
