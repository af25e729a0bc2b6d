#include <algorithm>
#include <array>
#include <cstddef>

#include "runners/engine/direct/winograd.h"

namespace firesweep::runners::engine {

namespace {

constexpr std::size_t kTaps = 3;
constexpr std::size_t kPlaces = 4;

/// G: a window's three taps become four places.
constexpr std::array<std::array<float, kTaps>, kPlaces> kOfTaps{
    {{1.0F, 0.0F, 0.0F}, {0.5F, 0.5F, 0.5F}, {0.5F, -0.5F, 0.5F}, {0.0F, 0.0F, 1.0F}}};

/// to[c] += factor * from[c].
void add_row(const float* from, float factor, std::int64_t count, float* to) {
  for (std::int64_t i = 0; i < count; ++i) {
    to[i] += factor * from[i];
  }
}

/// Calls work(place, tap, factor) for each tap that a place is made of.
template <typename Work>
void for_each_factor(const Work& work) {
  for (std::size_t place = 0; place < kPlaces * kPlaces; ++place) {
    for (std::size_t tap = 0; tap < kTaps * kTaps; ++tap) {
      const float factor =
          kOfTaps[place / kPlaces][tap / kTaps] * kOfTaps[place % kPlaces][tap % kTaps];
      if (factor != 0.0F) {
        work(static_cast<std::int64_t>(place), static_cast<std::int64_t>(tap), factor);
      }
    }
  }
}

/// One place of the transformed weights.
PlainWeights at_place(const PlainWeights& shape, const float* transformed, std::int64_t place) {
  return {.data = transformed + place * shape.out_channels * shape.in_channels,
          .out_channels = shape.out_channels,
          .in_channels = shape.in_channels,
          .kernel = 1};
}

/// A window turned by half a turn has its outer places exchanged.
std::int64_t turned(std::int64_t place) {
  constexpr std::array<std::int64_t, kPlaces> kTurned{3, 1, 2, 0};
  constexpr auto kSide = static_cast<std::int64_t>(kPlaces);
  return kTurned[static_cast<std::size_t>(place / kSide)] * kSide +
         kTurned[static_cast<std::size_t>(place % kSide)];
}

}  // namespace

void transform_weights(const PlainWeights& weights, float* transformed) {
  const std::int64_t channels = weights.in_channels;
  std::fill_n(transformed, winograd_size(weights), 0.0F);
  for (std::int64_t out = 0; out < weights.out_channels; ++out) {
    for_each_factor([&](std::int64_t place, std::int64_t tap, float factor) {
      add_row(weights.data + (out * weights.taps() + tap) * channels, factor, channels,
              transformed + (place * weights.out_channels + out) * channels);
    });
  }
}

void transform_gradient_back(const float* gradient, const PlainWeights& shape, float* weights) {
  const std::int64_t channels = shape.in_channels;
  std::fill_n(weights, shape.packed_size(), 0.0F);
  for (std::int64_t out = 0; out < shape.out_channels; ++out) {
    for_each_factor([&](std::int64_t place, std::int64_t tap, float factor) {
      add_row(gradient + (place * shape.out_channels + out) * channels, factor, channels,
              weights + (out * shape.taps() + tap) * channels);
    });
  }
}

void pack_transformed(const PlainWeights& shape, const float* transformed, float* packed) {
  for (std::int64_t place = 0; place < kWinogradPlaces; ++place) {
    const PlainWeights weights = at_place(shape, transformed, place);
    pack_weights(weights, packed);
    packed += weights.packed_size();
  }
}

void pack_transformed_backward(const PlainWeights& shape, const float* transformed, float* packed) {
  for (std::int64_t place = 0; place < kWinogradPlaces; ++place) {
    const PlainWeights weights = at_place(shape, transformed, turned(place));
    pack_weights_backward(weights, packed);
    packed += weights.packed_size();
  }
}

}  // namespace firesweep::runners::engine
