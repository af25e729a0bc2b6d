// Whether a pass can leave the range of fp32. oneDNN's fused ReLU turns NaN into 0, so a network
// that overflows inside would look sound at its end.
#pragma once

#include <cstdint>
#include <span>

#include "models/architecture.h"
#include "runners/engine/activation.h"

namespace firesweep::runners::engine {

/// Of a convolution's weights and biases; NaN or infinite if one of them is.
struct ConvolutionNorm {
  float weights = 0.0F;  // the largest sum of magnitudes over one output channel
  float biases = 0.0F;   // the largest magnitude
};

/// `weights` in `outputs` equal rows, one per output channel.
[[nodiscard]] ConvolutionNorm norm_of(std::span<const float> weights,
                                      std::span<const float> biases);

/// The largest magnitude; NaN or infinite if an element is.
[[nodiscard]] float largest_magnitude(std::span<const float> values);
[[nodiscard]] float largest_magnitude(const Activation& activation, Element element);

/// Above it a pass counts as overflowed: far enough below the largest float (3.4e38) for the sums
/// of averages, and for Winograd convolution, whose intermediate numbers are up to 36 times as
/// large as its outputs' bound.
inline constexpr double kMagnitudeLimit = 1e30;

/// No number in or behind a stage is larger than this if none of its input is larger than `input`.
/// `norms`: of the stage's convolutions, in the order of their weights.
[[nodiscard]] double magnitude_bound(const models::Operation& operation, double input,
                                     std::span<const ConvolutionNorm> norms);

}  // namespace firesweep::runners::engine
