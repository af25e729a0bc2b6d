// Whether a pass can leave the range of fp32. oneDNN's fused ReLU turns NaN into 0, so a network
// that overflows inside would look sound at its end.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "models/architecture.h"
#include "runners/engine/activation.h"
#include "runners/engine/norm_weights.h"

namespace firesweep::runners::engine {

/// Of a batch normalisation in training: the largest magnitudes of its parameters and of the
/// running statistics; NaN or infinite if one of them is.
struct NormBound {
  float scale = 0.0F;
  float shift = 0.0F;
  float mean = 0.0F;
  float variance = 0.0F;
};

/// Of a convolution's weights and biases; NaN or infinite if one of them is.
struct ConvolutionNorm {
  float weights = 0.0F;  // the largest sum of magnitudes over one output channel
  float biases = 0.0F;   // the largest magnitude
  std::optional<NormBound> batch_norm{};
};

/// `weights` in `outputs` equal rows, one per output channel.
[[nodiscard]] ConvolutionNorm norm_of(std::span<const float> weights,
                                      std::span<const float> biases);

/// `channels` of each tensor.
[[nodiscard]] NormBound bound_of(const NormWeights& norm, std::size_t channels);

/// The largest magnitude; NaN or infinite if an element is.
[[nodiscard]] float largest_magnitude(std::span<const float> values);
[[nodiscard]] float largest_magnitude(const Activation& activation, Element element);

/// Above it a pass counts as overflowed: far enough below the largest float (3.4e38) for the sums
/// of averages, and for Winograd convolution, whose intermediate numbers are up to 36 times as
/// large as its outputs' bound.
inline constexpr double kMagnitudeLimit = 1e30;

/// The limit for what is normalised by statistics of the batch: sums of its squares are in fp32.
inline constexpr double kNormalizedLimit = 1e15;

/// No number in or behind a stage is larger than this if none of its input is larger than `input`.
/// `norms`: of the stage's convolutions, in the order of their weights. `values`: of a channel of
/// the stage's convolutions in the batch, N * H * W. Infinite if kNormalizedLimit is exceeded.
[[nodiscard]] double magnitude_bound(const models::Operation& operation, double input,
                                     std::span<const ConvolutionNorm> norms, std::int64_t values);

}  // namespace firesweep::runners::engine
