// The time that the convolutions of a design take in isolation: a lower bound of its training step
// with oneDNN's convolutions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/architecture.h"
#include "runners/engine/activation.h"

namespace firesweep::runners::engine {

/// One convolution over a batch, in [N, H, W, C] with bias and ReLU, by the implementation oneDNN
/// prefers. Medians of runs with nothing in between.
struct ConvolutionTime {
  std::string stage;   // "conv1", "fire2"
  double flops = 0.0;  // of one pass; there are two, or three if the input wants a gradient
  bool input_gradient = false;
  /// The minimum that must be read and written: each tensor once.
  double forward_bytes = 0.0;
  double backward_bytes = 0.0;
  double forward_seconds = 0.0;
  double backward_seconds = 0.0;  // both gradients
};

/// Every convolution of the design, in order. Measures each for about `seconds`. Throws Unsupported
/// where the engine would.
[[nodiscard]] std::vector<ConvolutionTime> time_convolutions(
    const models::Architecture& architecture, Element element, std::int64_t images, double seconds);

}  // namespace firesweep::runners::engine
