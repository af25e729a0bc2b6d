// The engine's kernels except pooling and dropout, against loops over single elements.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "runners/engine/kernels.h"
#include "tests/engine/engine_support.h"

namespace firesweep::tests {
namespace {

using runners::engine::padded_channels;
using runners::engine::SgdStep;

/// None, fewer than a vector, vectors with and without a remainder.
std::vector<std::int64_t> counts() {
  return {0, 1, 7, 16, 31, 32, 77, 1000};
}

std::size_t size(std::int64_t count) {
  return static_cast<std::size_t>(count);
}

template <typename T, typename Element>
std::vector<T> expected_elements(std::int64_t count, const Element& element) {
  std::vector<T> values;
  for (std::size_t i = 0; i < size(count); ++i) {
    values.push_back(element(i));
  }
  return values;
}

}  // namespace

TEMPLATE_TEST_CASE("a gradient passes a ReLU where its output is positive or NaN", "[engine]",
                   float, Bf16) {
  for (const std::int64_t count : counts()) {
    const auto gradient = awkward_numbers<TestType>(count, 1);
    const auto output = awkward_numbers<TestType>(count, 2);
    const auto expected = expected_elements<TestType>(count, [&](std::size_t i) {
      return as_float(output[i]) <= 0.0F ? from_float<TestType>(0.0F) : gradient[i];
    });
    on_every_target([&] {
      auto masked = gradient;
      runners::engine::relu_backward(masked.data(), masked.data(), output.data(), count);
      CHECK(difference(masked, expected, same<TestType>) == -1);
    });
  }
}

TEMPLATE_TEST_CASE("sums are rounded once, to the nearest even", "[engine]", float, Bf16) {
  for (const std::int64_t count : counts()) {
    const auto a = awkward_numbers<TestType>(count, 3);
    const auto b = awkward_numbers<TestType>(count, 4);
    const auto output = awkward_numbers<TestType>(count, 5);
    const auto sums = expected_elements<TestType>(count, [&](std::size_t i) {
      return from_float<TestType>(as_float(a[i]) + as_float(b[i]));
    });
    const auto masked = expected_elements<TestType>(count, [&](std::size_t i) {
      return as_float(output[i]) <= 0.0F ? from_float<TestType>(0.0F) : sums[i];
    });
    on_every_target([&] {
      std::vector<TestType> sum(size(count));
      runners::engine::add(sum.data(), a.data(), b.data(), count);
      CHECK(difference(sum, sums, same<TestType>) == -1);
      sum = a;
      runners::engine::add_relu_backward(sum.data(), sum.data(), b.data(), output.data(), count);
      CHECK(difference(sum, masked, same<TestType>) == -1);
    });
  }
}

TEMPLATE_TEST_CASE("channels are added between rows of different width", "[engine]", float, Bf16) {
  constexpr std::int64_t kPixels = 5;
  constexpr std::int64_t kSumStride = 100;
  constexpr std::int64_t kValuesStride = 91;
  const std::int64_t channels = GENERATE(1, 3, 17, 45, 80, 91);
  const auto before = awkward_numbers<TestType>(kPixels * kSumStride, 6);
  const auto values = awkward_numbers<TestType>(kPixels * kValuesStride, 7);
  auto expected = before;
  for (std::int64_t i = 0; i < kPixels * channels; ++i) {
    TestType& sum = expected[size(i / channels * kSumStride + i % channels)];
    const TestType value = values[size(i / channels * kValuesStride + i % channels)];
    sum = from_float<TestType>(as_float(sum) + as_float(value));
  }
  on_every_target([&] {
    auto sum = before;
    runners::engine::add_channels(sum.data(), kSumStride, values.data(), kValuesStride, channels,
                                  kPixels);
    CHECK(difference(sum, expected, same<TestType>) == -1);
  });
}

TEMPLATE_TEST_CASE("the average of an image is that of its pixels", "[engine]", float, Bf16) {
  constexpr std::int64_t kImages = 3;
  constexpr std::int64_t kPixels = 13;
  const std::int64_t channels = GENERATE(1, 10, 16, 40);
  const std::int64_t padded = padded_channels(channels);
  const auto input = ordinary_numbers<TestType>(kImages * kPixels * padded, 8);
  std::vector<float> expected;
  for (std::int64_t i = 0; i < kImages * channels; ++i) {
    float total = 0.0F;
    for (std::int64_t pixel = 0; pixel < kPixels; ++pixel) {
      total += as_float(input[size((i / channels * kPixels + pixel) * padded + i % channels)]);
    }
    expected.push_back(total / static_cast<float>(kPixels));
  }
  on_every_target([&] {
    std::vector<float> average(size(kImages * channels));
    runners::engine::average_forward(input.data(), average.data(), kImages, kPixels, channels);
    CHECK(average == expected);
  });
}

TEMPLATE_TEST_CASE("the gradient of an average is shared by the pixels", "[engine]", float, Bf16) {
  constexpr std::int64_t kImages = 3;
  constexpr std::int64_t kPixels = 13;
  const bool relu = GENERATE(false, true);
  const std::int64_t channels = GENERATE(1, 10, 16, 40);
  const std::int64_t padded = padded_channels(channels);
  const auto output = awkward_numbers<TestType>(kImages * kPixels * padded, 9);
  const auto gradient = awkward_numbers<float>(kImages * channels, 10);
  const auto expected = expected_elements<TestType>(kImages * kPixels * padded, [&](std::size_t i) {
    const auto channel = static_cast<std::int64_t>(i) % padded;
    const auto image = static_cast<std::int64_t>(i) / padded / kPixels;
    const bool passes = channel < channels && !(relu && as_float(output[i]) <= 0.0F);
    return from_float<TestType>(passes ? gradient[size(image * channels + channel)] / kPixels
                                       : 0.0F);
  });
  on_every_target([&] {
    std::vector<TestType> shared(expected.size(), from_float<TestType>(99.0F));
    runners::engine::average_backward(gradient.data(), relu ? output.data() : nullptr,
                                      shared.data(), kImages, kPixels, channels);
    CHECK(difference(shared, expected, same<TestType>) == -1);
  });
}

TEMPLATE_TEST_CASE("rows are packed with zeros behind their channels", "[engine]", float, Bf16) {
  constexpr std::int64_t kRows = 4;
  const std::int64_t channels = GENERATE(1, 3, 16, 45, 64);
  const std::int64_t stride = channels + GENERATE(0, 5);
  const std::int64_t padded = padded_channels(channels);
  const auto values = awkward_numbers<float>(kRows * stride, 11);
  const auto expected = expected_elements<TestType>(kRows * padded, [&](std::size_t i) {
    const auto channel = static_cast<std::int64_t>(i) % padded;
    const auto row = static_cast<std::int64_t>(i) / padded;
    return from_float<TestType>(channel < channels ? values[size(row * stride + channel)] : 0.0F);
  });
  on_every_target([&] {
    std::vector<TestType> packed(expected.size(), from_float<TestType>(99.0F));
    runners::engine::pack_rows(values.data(), stride, channels, kRows, packed.data());
    CHECK(difference(packed, expected, same<TestType>) == -1);
  });
}

TEST_CASE("unpacking is the inverse of packing and leaves other memory unchanged", "[engine]") {
  const std::int64_t channels = 21;
  const auto values = ordinary_numbers<float>(4 * 30, 12);
  std::vector<float> packed(size(4 * padded_channels(channels)));
  runners::engine::pack_rows(values.data(), 30, channels, 4, packed.data());
  std::vector<float> unpacked(values.size(), 99.0F);
  runners::engine::unpack_rows(packed.data(), channels, 4, unpacked.data(), 30);
  for (std::size_t i = 0; i < values.size(); ++i) {
    CHECK(unpacked[i] == (i % 30 < 21 ? values[i] : 99.0F));
  }
}

TEST_CASE("the baseline is among the targets tested", "[engine]") {
  std::size_t targets = 0;
  on_every_target([&] { ++targets; });
  CHECK(targets >= 1);
  CHECK((hwy::SupportedAndGeneratedTargets().back() & HWY_STATIC_TARGET) != 0);
}

TEST_CASE("a sum of squares is bit-identical on every machine", "[engine]") {
  const std::int64_t count = GENERATE(0, 1, 15, 16, 33, 10'007);
  const auto values = ordinary_numbers<float>(count, 13);
  double plain = 0.0;
  for (const float value : values) {
    plain += static_cast<double>(value) * value;
  }
  std::vector<double> sums;
  on_every_target([&] { sums.push_back(runners::engine::sum_of_squares(values)); });
  CHECK(sums[0] == Approx(plain).epsilon(1e-13));
  CHECK(sums == std::vector<double>(sums.size(), sums[0]));
}

TEST_CASE("an optimizer step is that of torch.optim.SGD", "[engine]") {
  const bool nesterov = GENERATE(false, true);
  const SgdStep step{0.1F, 0.9F, 5.0e-4F, 0.5F, nesterov};
  for (const std::int64_t count : counts()) {
    const auto values = ordinary_numbers<float>(count, 14);
    const auto gradient = ordinary_numbers<float>(count, 15);
    const auto velocity = ordinary_numbers<float>(count, 16);
    on_every_target([&] {
      auto new_values = values;
      auto new_velocity = velocity;
      runners::engine::sgd_update(new_values, gradient, new_velocity, step);
      for (std::size_t i = 0; i < size(count); ++i) {
        const double g = 0.5 * gradient[i] + 5.0e-4 * values[i];
        const double v = 0.9 * velocity[i] + g;
        CHECK(new_velocity[i] == Approx(v).epsilon(1e-6).margin(1e-6));
        CHECK(new_values[i] ==
              Approx(values[i] - 0.1 * (nesterov ? g + 0.9 * v : v)).epsilon(1e-6).margin(1e-6));
      }
    });
  }
}

TEMPLATE_TEST_CASE("rows are summed channel by channel", "[engine]", float, Bf16) {
  for (const std::int64_t channels : {16, 48, 128, 144, 512}) {
    for (const std::int64_t rows : {0, 1, 9, 64}) {
      const auto values = ordinary_numbers<TestType>(rows * channels, 11);
      std::vector<double> expected(size(channels));
      for (std::size_t i = 0; i < values.size(); ++i) {
        expected[i % expected.size()] += static_cast<double>(as_float(values[i]));
      }
      on_every_target([&] {
        std::vector<float> sums(size(channels), 1.0F);
        runners::engine::sum_rows(values.data(), rows, channels, sums.data());
        for (std::size_t i = 0; i < sums.size(); ++i) {
          REQUIRE(static_cast<double>(sums[i]) == Approx(expected[i]).margin(1e-5));
        }
      });
    }
  }
}

}  // namespace firesweep::tests
