// Max-pooling by the engine's kernels against loops over single elements.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "runners/engine/kernels.h"
#include "tests/engine/engine_support.h"

namespace firesweep::tests {
namespace {

using runners::engine::kNoGradient;
using runners::engine::PoolShape;

struct Case {
  const char* name;
  PoolShape shape;
};

Case square(const char* name, std::int64_t in, std::int64_t out, std::int64_t kernel,
            std::int64_t stride, std::int64_t channels) {
  return {name, {in, in, out, out, kernel, stride, channels}};
}

std::vector<Case> cases() {
  return {square("3/2 over the border", 8, 4, 3, 2, 48),
          square("3/2 that fits", 9, 4, 3, 2, 80),
          square("3/2 with a row left over", 10, 4, 3, 2, 16),
          square("a single window", 3, 1, 3, 2, 16),
          square("an image below the window", 2, 1, 3, 2, 48),
          square("a single pixel", 1, 1, 3, 2, 16),
          square("2/2", 7, 4, 2, 2, 32),
          square("3/1", 6, 4, 3, 1, 48),
          square("2/3, pixels in no window", 9, 3, 2, 3, 16),
          square("5/2", 11, 4, 5, 2, 80),
          square("15/1", 17, 3, 15, 1, 16),
          {"not square", {5, 12, 2, 6, 3, 2, 64}}};
}

std::int64_t in_size(const PoolShape& s) {
  return s.in_height * s.in_width * s.channels;
}
std::int64_t out_size(const PoolShape& s) {
  return s.out_height * s.out_width * s.channels;
}

/// Calls visit(output element, input element, position in the window), windows in order of memory.
template <typename Visit>
void for_each_pair(const PoolShape& s, std::int64_t images, const Visit& visit) {
  for (std::int64_t out = 0; out < images * s.out_height * s.out_width; ++out) {
    const std::int64_t image = out / (s.out_height * s.out_width);
    const std::int64_t top = out / s.out_width % s.out_height * s.stride;
    const std::int64_t left = out % s.out_width * s.stride;
    for (std::int64_t position = 0; position < s.kernel * s.kernel; ++position) {
      const std::int64_t row = top + position / s.kernel;
      const std::int64_t column = left + position % s.kernel;
      if (row >= s.in_height || column >= s.in_width) {
        continue;
      }
      const std::int64_t in = (image * s.in_height + row) * s.in_width + column;
      for (std::int64_t c = 0; c < s.channels; ++c) {
        visit(static_cast<std::size_t>(out * s.channels + c),
              static_cast<std::size_t>(in * s.channels + c), static_cast<std::uint8_t>(position));
      }
    }
  }
}

template <typename T>
struct Pooled {
  std::vector<T> output;
  std::vector<std::uint8_t> index;
};

template <typename T>
Pooled<T> expected_pool(const std::vector<T>& input, const PoolShape& shape, std::int64_t images,
                        bool after_relu) {
  const auto size = static_cast<std::size_t>(images * out_size(shape));
  Pooled<T> pooled{std::vector<T>(size, from_float<T>(-std::numeric_limits<float>::infinity())),
                   std::vector<std::uint8_t>(size, 0)};
  for_each_pair(shape, images, [&](std::size_t out, std::size_t in, std::uint8_t position) {
    const float value = as_float(input[in]);
    if (value > as_float(pooled.output[out]) || std::isnan(value)) {
      pooled.output[out] = input[in];
      pooled.index[out] = position;
    }
  });
  for (std::size_t i = 0; after_relu && i < size; ++i) {
    pooled.index[i] = as_float(pooled.output[i]) == 0.0F ? kNoGradient : pooled.index[i];
  }
  return pooled;
}

template <typename T>
std::vector<T> expected_gradient(const std::vector<T>& output_gradient,
                                 const std::vector<std::uint8_t>& index, const PoolShape& shape,
                                 std::int64_t images) {
  std::vector<float> sums(static_cast<std::size_t>(images * in_size(shape)), 0.0F);
  for_each_pair(shape, images, [&](std::size_t out, std::size_t in, std::uint8_t position) {
    if (index[out] == position) {
      sums[in] += as_float(output_gradient[out]);
    }
  });
  std::vector<T> gradient;
  for (const float sum : sums) {
    gradient.push_back(from_float<T>(sum));
  }
  return gradient;
}

/// Outputs of a ReLU; they may be -0 and NaNs of either sign.
template <typename T>
std::vector<T> rectified(std::vector<T> values) {
  for (T& value : values) {
    value = as_float(value) < 0.0F ? from_float<T>(0.0F) : value;
  }
  return values;
}

template <typename T>
bool bits_or_zeros(T a, T b) {
  return same(a, b) || (as_float(a) == 0.0F && as_float(b) == 0.0F);
}

}  // namespace

TEMPLATE_TEST_CASE("max-pooling finds LibTorch's maximum and its position", "[engine]", float,
                   Bf16) {
  constexpr std::int64_t kImages = 2;
  const bool after_relu = GENERATE(false, true);
  for (const Case& c : cases()) {
    INFO(c.name << (after_relu ? ", after a ReLU" : ""));
    auto input = awkward_numbers<TestType>(kImages * in_size(c.shape), 7);
    input = after_relu ? rectified(input) : input;
    const auto expected = expected_pool(input, c.shape, kImages, after_relu);
    on_every_target([&] {
      Pooled<TestType> pooled{std::vector<TestType>(expected.output.size()),
                              std::vector<std::uint8_t>(expected.output.size(), 99)};
      max_pool_forward(input.data(), pooled.output.data(), pooled.index.data(), c.shape, kImages,
                       after_relu);
      CHECK(difference(pooled.output, expected.output,
                       after_relu ? bits_or_zeros<TestType> : same<TestType>) == -1);
      CHECK(difference(pooled.index, expected.index, std::equal_to<>()) == -1);
      std::vector<TestType> output_alone(expected.output.size());
      max_pool_forward(input.data(), output_alone.data(), nullptr, c.shape, kImages, after_relu);
      CHECK(difference(output_alone, pooled.output, same<TestType>) == -1);
    });
  }
}

TEMPLATE_TEST_CASE("a window of minus infinities has its maximum in its first position", "[engine]",
                   float, Bf16) {
  const PoolShape shape{3, 3, 1, 1, 3, 2, 16};
  const std::vector<TestType> input(static_cast<std::size_t>(in_size(shape)),
                                    from_float<TestType>(-std::numeric_limits<float>::infinity()));
  on_every_target([&] {
    std::vector<TestType> output(16);
    std::vector<std::uint8_t> index(16, 99);
    max_pool_forward(input.data(), output.data(), index.data(), shape, 1, false);
    CHECK(output == std::vector<TestType>(16, input[0]));
    CHECK(index == std::vector<std::uint8_t>(16, 0));
  });
}

TEMPLATE_TEST_CASE("max-pooling's gradient is the sum over the windows it was the maximum of",
                   "[engine]", float, Bf16) {
  constexpr std::int64_t kImages = 2;
  const bool awkward = GENERATE(false, true);
  for (const Case& c : cases()) {
    INFO(c.name);
    const auto input = rectified(ordinary_numbers<TestType>(kImages * in_size(c.shape), 3));
    const auto index = expected_pool(input, c.shape, kImages, true).index;
    const auto output_gradient = awkward
                                     ? awkward_numbers<TestType>(kImages * out_size(c.shape), 4)
                                     : ordinary_numbers<TestType>(kImages * out_size(c.shape), 4);
    const auto expected = expected_gradient(output_gradient, index, c.shape, kImages);
    on_every_target([&] {
      std::vector<TestType> gradient(expected.size(), from_float<TestType>(99.0F));
      max_pool_backward(output_gradient.data(), index.data(), gradient.data(), c.shape, kImages);
      CHECK(difference(gradient, expected, bits_or_zeros<TestType>) == -1);
    });
  }
}

}  // namespace firesweep::tests
