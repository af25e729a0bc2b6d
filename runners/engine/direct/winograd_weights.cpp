#include <algorithm>
#include <array>
#include <cstddef>

#include "runners/engine/direct/winograd.h"

namespace firesweep::runners::engine {

namespace {

constexpr std::size_t kTaps = 3;
constexpr std::size_t kElements = 4;

/// G: three kernel elements become four transform-domain elements.
constexpr std::array<std::array<float, kTaps>, kElements> kOfTaps{
    {{1.0F, 0.0F, 0.0F}, {0.5F, 0.5F, 0.5F}, {0.5F, -0.5F, 0.5F}, {0.0F, 0.0F, 1.0F}}};

/// to[c] += factor * from[c].
void add_row(const float* from, float factor, std::int64_t count, float* to) {
  for (std::int64_t i = 0; i < count; ++i) {
    to[i] += factor * from[i];
  }
}

/// Calls work(element, tap, factor) for each kernel element that contributes to a transform-domain
/// element.
template <typename Work>
void for_each_factor(const Work& work) {
  for (std::size_t element = 0; element < kElements * kElements; ++element) {
    for (std::size_t tap = 0; tap < kTaps * kTaps; ++tap) {
      const float factor =
          kOfTaps[element / kElements][tap / kTaps] * kOfTaps[element % kElements][tap % kTaps];
      if (factor != 0.0F) {
        work(static_cast<std::int64_t>(element), static_cast<std::int64_t>(tap), factor);
      }
    }
  }
}

/// One transform-domain element of the weights.
PlainWeights at_element(const PlainWeights& shape, const float* transformed, std::int64_t element) {
  return {.data = transformed + element * shape.out_channels * shape.in_channels,
          .out_channels = shape.out_channels,
          .in_channels = shape.in_channels,
          .kernel = 1};
}

/// Rotating a kernel by 180 degrees exchanges its outer transform-domain elements.
std::int64_t turned(std::int64_t element) {
  constexpr std::array<std::int64_t, kElements> kTurned{3, 1, 2, 0};
  constexpr auto kSide = static_cast<std::int64_t>(kElements);
  return kTurned[static_cast<std::size_t>(element / kSide)] * kSide +
         kTurned[static_cast<std::size_t>(element % kSide)];
}

}  // namespace

void transform_weights(const PlainWeights& weights, float* transformed) {
  const std::int64_t channels = weights.in_channels;
  std::fill_n(transformed, winograd_size(weights), 0.0F);
  for (std::int64_t out = 0; out < weights.out_channels; ++out) {
    for_each_factor([&](std::int64_t element, std::int64_t tap, float factor) {
      add_row(weights.data + (out * weights.taps() + tap) * channels, factor, channels,
              transformed + (element * weights.out_channels + out) * channels);
    });
  }
}

void transform_gradient_back(const float* gradient, const PlainWeights& shape, float* weights) {
  const std::int64_t channels = shape.in_channels;
  std::fill_n(weights, shape.packed_size(), 0.0F);
  for (std::int64_t out = 0; out < shape.out_channels; ++out) {
    for_each_factor([&](std::int64_t element, std::int64_t tap, float factor) {
      add_row(gradient + (element * shape.out_channels + out) * channels, factor, channels,
              weights + (out * shape.taps() + tap) * channels);
    });
  }
}

void pack_transformed(const PlainWeights& shape, const float* transformed, float* packed) {
  for (std::int64_t element = 0; element < kWinogradElements; ++element) {
    const PlainWeights weights = at_element(shape, transformed, element);
    pack_weights(weights, packed);
    packed += weights.packed_size();
  }
}

void pack_transformed_backward(const PlainWeights& shape, const float* transformed, float* packed) {
  for (std::int64_t element = 0; element < kWinogradElements; ++element) {
    const PlainWeights weights = at_element(shape, transformed, turned(element));
    pack_weights_backward(weights, packed);
    packed += weights.packed_size();
  }
}

}  // namespace firesweep::runners::engine
