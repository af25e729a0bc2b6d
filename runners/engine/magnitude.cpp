#include "runners/engine/magnitude.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace firesweep::runners::engine {

namespace {

/// Magnitudes are ordered like their bits; infinity and NaN are the largest.
template <typename Bits>
Bits largest_bits(const Bits* values, std::size_t count) {
  constexpr Bits kMagnitude = std::numeric_limits<Bits>::max() >> 1U;
  Bits largest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    largest = std::max(largest, static_cast<Bits>(values[i] & kMagnitude));
  }
  return largest;
}

/// Sums of many lanes, so that a compiler may use vectors without changing the order of additions.
float sum_of_magnitudes(std::span<const float> values) {
  constexpr std::size_t kLanes = 16;
  std::array<float, kLanes> sums{};
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      sums[lane] += std::abs(values[i + lane]);
    }
  }
  float total = 0.0F;
  for (; i < values.size(); ++i) {
    total += std::abs(values[i]);
  }
  for (const float sum : sums) {
    total += sum;
  }
  return total;
}

/// Behind a batch normalisation whose input is at most `input`. Of n numbers none is more than
/// sqrt(n) standard deviations from their mean; a single one is normalised by running statistics.
double normalized_bound(const NormBound& norm, double input, std::int64_t values) {
  if (!(input < kNormalizedLimit) || !std::isfinite(norm.variance)) {
    return std::numeric_limits<double>::infinity();
  }
  const double deviations =
      values > 1 ? std::sqrt(static_cast<double>(values))
                 : (input + static_cast<double>(norm.mean)) / std::sqrt(kNormEpsilon);
  return deviations * static_cast<double>(norm.scale) + static_cast<double>(norm.shift);
}

/// std::max, but NaN if one of them is.
double larger(double a, double b) {
  return std::isnan(a) || a > b ? a : b;
}

/// See magnitude_bound(). `norms`: of the operation's convolutions, in the order of
/// models::convolutions_of.
struct Bound {
  double input;
  std::span<const ConvolutionNorm> norms;
  std::int64_t values;

  /// Behind a convolution, and its batch normalisation if it has one.
  double through(const ConvolutionNorm& norm, double from) const {
    const double sums = from * static_cast<double>(norm.weights) + static_cast<double>(norm.biases);
    return norm.batch_norm ? normalized_bound(*norm.batch_norm, sums, values) : sums;
  }

  double operator()(const models::Convolution& /*convolution*/) const {
    return through(norms[0], input);
  }
  double operator()(const models::Fire& fire) const {
    const double squeezed = through(norms[0], input);
    double output = larger(through(norms[1], squeezed), through(norms[2], squeezed));
    if (fire.shortcut == models::Shortcut::kIdentity) {
      output += input;
    } else if (fire.shortcut == models::Shortcut::kConvolution) {
      output += through(norms[3], input);
    }
    return larger(squeezed, output);
  }
  double operator()(const models::Dropout& dropout) const {
    return input / (1.0 - std::min(dropout.probability, 0.999));
  }
  double operator()(const models::MaxPool& /*pool*/) const { return input; }
  double operator()(const models::GlobalAveragePool& /*pool*/) const { return input; }
};

}  // namespace

ConvolutionNorm norm_of(std::span<const float> weights, std::span<const float> biases) {
  ConvolutionNorm norm{.biases = largest_magnitude(biases)};
  const std::size_t row = weights.size() / biases.size();
  for (std::size_t first = 0; first + row <= weights.size(); first += row) {
    const float sum = sum_of_magnitudes(weights.subspan(first, row));
    if (!(sum <= norm.weights)) {
      norm.weights = sum;
    }
    if (!std::isfinite(sum)) {
      break;
    }
  }
  return norm;
}

NormBound bound_of(const NormWeights& norm, std::size_t channels) {
  return {.scale = largest_magnitude({norm.scale, channels}),
          .shift = largest_magnitude({norm.shift, channels}),
          .mean = largest_magnitude({norm.running_mean, channels}),
          .variance = largest_magnitude({norm.running_variance, channels})};
}

float largest_magnitude(std::span<const float> values) {
  std::uint32_t largest = 0;
  for (const float value : values) {
    largest = std::max(largest, std::bit_cast<std::uint32_t>(value) & 0x7FFFFFFFU);
  }
  return std::bit_cast<float>(largest);
}

float largest_magnitude(const Activation& activation, Element element) {
  float largest = 0.0F;
  for (const Part& part : activation.parts) {
    const auto count = static_cast<std::size_t>(activation.elements(part));
    float found = 0.0F;
    if (element == Element::kBf16) {
      const auto* const bits = static_cast<const std::uint16_t*>(part.data);
      found = std::bit_cast<float>(static_cast<std::uint32_t>(largest_bits(bits, count)) << 16U);
    } else {
      found = largest_magnitude({static_cast<const float*>(part.data), count});
    }
    largest = static_cast<float>(larger(found, largest));
  }
  return largest;
}

double magnitude_bound(const models::Operation& operation, double input,
                       std::span<const ConvolutionNorm> norms, std::int64_t values) {
  return std::visit(Bound{input, norms, values}, operation);
}

}  // namespace firesweep::runners::engine
