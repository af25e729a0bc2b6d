// im2col: the inputs of each output pixel of a convolution as a row of a matrix, so that the
// convolution is a matrix product.
#pragma once

#include <cstddef>
#include <cstdint>

namespace firesweep::runners::engine {

/// Of a convolution with stride 1 whose output is as large as its input.
struct Im2colShape {
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

/// [N, H, W, C] -> [N, H, W, kernel, kernel, C]: for each pixel the kernel x kernel pixels around
/// it, zeros beyond the border. Divides images among OpenMP's threads.
void im2col(const std::byte* pixels, const Im2colShape& shape, std::byte* im2col_rows);

}  // namespace firesweep::runners::engine
