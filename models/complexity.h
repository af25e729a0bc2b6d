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
  std::int64_t parameters = 0;  // trainable
  std::int64_t macs = 0;        // one image, forward; pools, ReLU, biases and sums are not counted
  std::int64_t first_macs = 0;  // of those the first convolution's, which reads the images
  std::int64_t weight_bytes = 0;  // parameters as 32-bit floats
  /// Largest input + output (+ what a shortcut keeps alive) of any stage for one image, as 32-bit
  /// floats: the working memory of a layer-by-layer inference.
  std::int64_t peak_activation_bytes = 0;
  /// Every tensor a forward pass writes for one image, in elements: with `macs`, what training
  /// time is estimated from.
  std::int64_t activation_elements = 0;
};

/// Parameters of one stage, biases and batch-normalisation scales included. A convolution of
/// k x k x in -> out has k*k*in*out + out.
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
