// The direct convolutions' kernels against loops over single elements.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <catch2/catch.hpp>

#include "runners/engine/direct/convolve.h"
#include "runners/engine/direct/winograd.h"
#include "tests/engine/blocked_support.h"
#include "tests/engine/engine_support.h"

namespace firesweep::tests {
namespace {

using runners::engine::BlockedTensor;
using runners::engine::ConvolutionOutput;
using runners::engine::ConvolutionTerm;
using runners::engine::ImageExtent;
using runners::engine::PlainWeights;

template <typename T>
std::vector<T> as(const Floats& floats) {
  std::vector<T> values;
  std::ranges::transform(floats, std::back_inserter(values), from_float<T>);
  return values;
}

/// The pixel that kernel element `tap` multiplies for `pixel`, or -1 beyond the border.
std::int64_t neighbour(const ImageExtent& extent, std::int64_t pixel, std::int64_t tap,
                       std::int64_t kernel) {
  const std::int64_t y = pixel / extent.width % extent.height + tap / kernel - kernel / 2;
  const std::int64_t x = pixel % extent.width + tap % kernel - kernel / 2;
  if (y < 0 || y >= extent.height || x < 0 || x >= extent.width) {
    return -1;
  }
  const std::int64_t area = extent.height * extent.width;
  return pixel / area * area + y * extent.width + x;
}

/// sums [pixels, K] += convolution with weights [K, taps, C].
void add_convolution(const ImageExtent& extent, const Tensor& input, const PlainWeights& weights,
                     Floats& sums) {
  for (std::int64_t pixel = 0; pixel < extent.pixels(); ++pixel) {
    for (std::int64_t tap = 0; tap < weights.taps(); ++tap) {
      const std::int64_t other = neighbour(extent, pixel, tap, weights.kernel);
      for (std::int64_t out = 0; other >= 0 && out < weights.out_channels; ++out) {
        const float* row = weights.data + (out * weights.taps() + tap) * weights.in_channels;
        float sum = 0.0F;
        for (std::int64_t in = 0; in < weights.in_channels; ++in) {
          sum += row[in] * input.at(other, in);
        }
        sums[size(pixel * weights.out_channels + out)] += sum;
      }
    }
  }
}

/// The weights packed for either direction, plain or transformed.
Floats packed(const PlainWeights& weights, bool transformed, bool backward = false) {
  if (!transformed) {
    Floats to(size(weights.packed_size()));
    (backward ? runners::engine::pack_weights_backward : runners::engine::pack_weights)(weights,
                                                                                        to.data());
    return to;
  }
  Floats elements(size(runners::engine::winograd_size(weights)));
  Floats to(elements.size());
  runners::engine::transform_weights(weights, elements.data());
  (backward ? runners::engine::pack_transformed_backward : runners::engine::pack_transformed)(
      weights, elements.data(), to.data());
  return to;
}

/// NaN, so that reads before writes show.
Floats scratch_for(const ImageExtent& extent, std::int64_t channels) {
  return Floats(size(runners::engine::winograd_scratch(extent, channels)), std::nanf(""));
}

Floats scratch_for_gradient(const ImageExtent& extent, std::int64_t channels) {
  return Floats(size(runners::engine::winograd_gradient_scratch(extent, channels)), std::nanf(""));
}

/// Narrower than a tile, as wide, wider, in several tiles; numbers of images that don't fill tiles.
std::vector<ImageExtent> extents() {
  return {{1, 1, 1}, {15, 2, 1}, {9, 3, 2},  {9, 3, 3},   {7, 2, 4},  {3, 4, 5},  {3, 6, 6},
          {5, 7, 7}, {1, 8, 8},  {2, 1, 13}, {2, 14, 14}, {1, 3, 15}, {1, 17, 29}};
}

}  // namespace

TEST_CASE("Winograd convolution pays where tiles are inside the image", "[engine]") {
  using runners::engine::winograd_pays;
  for (const std::int64_t extent : {4, 6, 7, 13, 14, 56}) {
    CHECK(winograd_pays(extent, extent));
  }
  for (const std::int64_t extent : {1, 2, 3, 5}) {
    CHECK(!winograd_pays(extent, extent));
  }
  CHECK(!winograd_pays(1, 56));
}

TEST_CASE("direct convolutions add up the products of their kernels", "[engine]") {
  const ImageExtent extent = GENERATE(from_range(extents()));
  const std::int64_t out = GENERATE(std::int64_t{16}, std::int64_t{48});
  const bool transformed = GENERATE(false, true);
  Tensor wide(extent.pixels(), 32, 1);
  Tensor narrow(extent.pixels(), 16, 2);
  const Floats kernel3x3 = whole_numbers(out * 9 * 32, 3);
  const Floats point = whole_numbers(out * 16, 4);
  const PlainWeights of_kernel3x3{kernel3x3.data(), out, 32, 3};
  const PlainWeights of_point{point.data(), out, 16, 1};
  const Floats bias = whole_numbers(out, 5);
  Floats expected;
  for (std::int64_t pixel = 0; pixel < extent.pixels(); ++pixel) {
    expected.insert(expected.end(), bias.begin(), bias.end());
  }
  add_convolution(extent, wide, of_kernel3x3, expected);
  add_convolution(extent, narrow, of_point, expected);

  const Floats packed_kernel3x3 = packed(of_kernel3x3, transformed);
  const Floats packed_point = packed(of_point, false);
  const std::vector<ConvolutionTerm> terms{
      {narrow.blocked(), 1, packed_point.data()},
      {wide.blocked(), 3, packed_kernel3x3.data(), transformed}};
  INFO(extent.images << " images of " << extent.height << "x" << extent.width << ", " << out);
  where_there_are_direct_convolutions([&] {
    Floats values(expected.size());
    Floats scratch = scratch_for(extent, 32);
    runners::engine::convolve<float>(
        terms, extent, {.channels = out, .bias = bias.data(), .values = values.data()},
        scratch.data());
    CHECK(difference(values, expected, equal<float>) == -1);
  });
}

TEMPLATE_TEST_CASE("the epilogue of the sums is applied in order and rounded once", "[engine]",
                   float, Bf16) {
  const ImageExtent extent{3, 5, 7};
  constexpr std::int64_t kOut = 32;
  const bool transformed = GENERATE(false, true);
  Tensor input(extent.pixels(), 16, 1);
  const Floats weights = ordinary_numbers<float>(kOut * 9 * 16, 2);
  const Floats ready = packed({weights.data(), kOut, 16, 3}, transformed);
  const std::int64_t count = extent.pixels() * kOut;
  const auto addend = as<TestType>(ordinary_numbers<float>(count, 3));
  const auto relu_output = awkward_numbers<TestType>(count, 4);
  const std::vector<ConvolutionTerm> terms{{input.blocked(), 3, ready.data(), transformed}};
  where_there_are_direct_convolutions([&] {
    // Of fused multiply-adds in the kernels' order.
    Floats sums(size(count));
    Floats scratch = scratch_for(extent, 16);
    runners::engine::convolve<float>(terms, extent, {.channels = kOut, .values = sums.data()},
                                     scratch.data());
    std::vector<TestType> values(size(count));
    Tensor in_blocks(extent.pixels(), kOut, 9);
    runners::engine::convolve<TestType>(terms, extent,
                                        {.channels = kOut,
                                         .relu = true,
                                         .addend = addend.data(),
                                         .relu_output = relu_output.data(),
                                         .values = values.data(),
                                         .blocked = in_blocks.blocked()},
                                        scratch.data());
    std::vector<TestType> expected;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const float sum = std::max(sums[i], 0.0F) + as_float(addend[i]);
      expected.push_back(from_float<TestType>(as_float(relu_output[i]) <= 0.0F ? 0.0F : sum));
    }
    CHECK(difference(values, expected, equal<TestType>) == -1);
    Tensor back(extent.pixels(), kOut, 9);
    runners::engine::to_blocked(values.data(), extent.pixels(), back.blocked());
    CHECK(difference(in_blocks.in_blocks, back.in_blocks, equal<float>) == -1);
  });
}

TEST_CASE("a NaN passes the direct convolutions' ReLU", "[engine]") {
  const ImageExtent extent{1, 1, 2};
  Tensor input(extent.pixels(), 16, 1);
  input.in_blocks[3] = std::nanf("");  // of pixel 0
  const Floats weights(256, 1.0F);
  const Floats ready = packed({weights.data(), 16, 16, 1}, false);
  const std::vector<ConvolutionTerm> terms{{input.blocked(), 1, ready.data()}};
  where_there_are_direct_convolutions([&] {
    Floats values(32);
    runners::engine::convolve<float>(terms, extent,
                                     {.channels = 16, .relu = true, .values = values.data()});
    CHECK(std::isnan(values[0]));
    CHECK(std::isfinite(values[16]));
  });
}

TEST_CASE("the backward pass is the transposed convolution", "[engine]") {
  const ImageExtent extent = GENERATE(from_range(extents()));
  constexpr std::int64_t kIn = 48;
  constexpr std::int64_t kOut = 32;
  const bool transformed = GENERATE(false, true);
  Tensor gradient(extent.pixels(), kOut, 1);
  const Floats weights = whole_numbers(kOut * 9 * kIn, 2);
  const Floats ready = packed({weights.data(), kOut, kIn, 3}, transformed, true);
  // The contributions to a pixel's gradient, from the forward pass.
  Floats expected(size(extent.pixels() * kIn));
  for (std::int64_t pixel = 0; pixel < extent.pixels(); ++pixel) {
    for (std::int64_t tap = 0; tap < 9; ++tap) {
      const std::int64_t from = neighbour(extent, pixel, tap, 3);
      for (std::int64_t k = 0; from >= 0 && k < kOut; ++k) {
        for (std::int64_t c = 0; c < kIn; ++c) {
          expected[size(from * kIn + c)] +=
              gradient.at(pixel, k) * weights[size((k * 9 + tap) * kIn + c)];
        }
      }
    }
  }
  const std::vector<ConvolutionTerm> terms{{gradient.blocked(), 3, ready.data(), transformed}};
  where_there_are_direct_convolutions([&] {
    Floats values(expected.size());
    Floats scratch = scratch_for(extent, kOut);
    runners::engine::convolve<float>(terms, extent, {.channels = kIn, .values = values.data()},
                                     scratch.data());
    CHECK(difference(values, expected, equal<float>) == -1);
  });
}

TEST_CASE("gradients of weights are added to those already there", "[engine]") {
  const ImageExtent extent = GENERATE(from_range(extents()));
  const std::int64_t kernel = GENERATE(std::int64_t{1}, std::int64_t{3});
  const std::int64_t out = 32;
  const std::int64_t in = GENERATE(std::int64_t{16}, std::int64_t{48});
  Tensor gradient(extent.pixels(), out, 1);
  Tensor input(extent.pixels(), in, 2);
  const std::int64_t taps = kernel * kernel;
  const Floats before = whole_numbers(out * taps * in, 3);
  Floats expected = before;
  for (std::int64_t pixel = 0; pixel < extent.pixels(); ++pixel) {
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      const std::int64_t other = neighbour(extent, pixel, tap, kernel);
      for (std::int64_t k = 0; other >= 0 && k < out; ++k) {
        for (std::int64_t c = 0; c < in; ++c) {
          expected[size((k * taps + tap) * in + c)] += gradient.at(pixel, k) * input.at(other, c);
        }
      }
    }
  }
  INFO(extent.images << " images of " << extent.height << "x" << extent.width);
  where_there_are_direct_convolutions([&] {
    Floats sums = before;
    runners::engine::add_weight_gradient(gradient.blocked(), input.blocked(), extent, kernel,
                                         sums.data());
    CHECK(difference(sums, expected, equal<float>) == -1);
    if (kernel == 3) {
      const PlainWeights shape{nullptr, out, in, kernel};
      Floats elements(size(runners::engine::winograd_size(shape)));
      Floats scratch = scratch_for_gradient(extent, in);
      runners::engine::add_transformed_gradient(gradient.blocked(), input.blocked(), extent,
                                                scratch.data(), elements.data());
      runners::engine::add_transformed_gradient(gradient.blocked(), input.blocked(), extent,
                                                scratch.data(), elements.data());
      Floats twice(expected.size());
      runners::engine::transform_gradient_back(elements.data(), shape, twice.data());
      Floats plainly(expected.size());
      runners::engine::add_weight_gradient(gradient.blocked(), input.blocked(), extent, kernel,
                                           plainly.data());
      std::ranges::for_each(plainly, [](float& sum) { sum *= 2.0F; });
      CHECK(difference(twice, plainly, equal<float>) == -1);
    }
  });
}

}  // namespace firesweep::tests
