// Parameters, multiply-accumulates and memory of an architecture, in closed form.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/architecture.h"

namespace firesweep::models {

/// One row of a design's table: a convolution, a Fire module, a pool, ...
struct LayerComplexity {
  std::string name;
  std::int64_t parameters = 0;
  std::int64_t macs = 0;  // multiply-accumulates of convolutions for one image, forward
  Shape output;
};

struct Complexity {
  std::vector<LayerComplexity> layers;
  std::int64_t parameters = 0;    // trainable
  std::int64_t macs = 0;          // one image, forward; without pools, ReLU, biases and sums
  std::int64_t first_macs = 0;    // of the first convolution, which reads the images
  std::int64_t weight_bytes = 0;  // parameters as 32-bit floats
  /// Working memory of layer-by-layer inference: the largest input + output (+ what a shortcut
  /// keeps live) of any stage for one image, as 32-bit floats.
  std::int64_t peak_activation_bytes = 0;
  /// Total elements of all tensors that a forward pass writes for one image. Together with `macs`,
  /// the basis of time estimates.
  std::int64_t activation_elements = 0;
};

/// Parameters of one stage of the deployed network, including biases; batch normalisation is folded
/// into weights and biases. A k x k convolution from `in` to `out` channels has k*k*in*out + out.
[[nodiscard]] std::int64_t parameter_count(const Operation& operation);

[[nodiscard]] Complexity complexity_of(const Architecture& architecture);

/// Bytes in units of 2^20 (MiB) and 10^6 (MB).
[[nodiscard]] constexpr double mebibytes(std::int64_t bytes) {
  return static_cast<double>(bytes) / (1024.0 * 1024.0);
}
[[nodiscard]] constexpr double megabytes(std::int64_t bytes) {
  return static_cast<double>(bytes) / 1e6;
}

}  // namespace firesweep::models
