// The kernels of batch normalisation against plain loops in double precision.
#include "runners/engine/norm_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/engine/engine_support.h"

namespace firesweep::tests {

namespace {

using runners::engine::BlockedTensor;
using runners::engine::kNormStatistics;
using runners::engine::NormBackward;
using runners::engine::NormForward;

constexpr std::int64_t kNormPixels = 37;

std::size_t unsigned_of(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

std::vector<float> numbers_of(std::int64_t channels, std::uint32_t seed) {
  return ordinary_numbers<float>(channels, seed);
}

/// A layer's constants.
struct NormConstants {
  explicit NormConstants(std::int64_t channels)
      : mean(numbers_of(channels, 1)),
        scale(numbers_of(channels, 2)),
        shift(numbers_of(channels, 3)),
        slope(numbers_of(channels, 4)),
        offset(numbers_of(channels, 5)) {}
  [[nodiscard]] NormForward forward(bool relu) const {
    return {mean.data(), scale.data(), shift.data(), relu};
  }
  [[nodiscard]] NormBackward backward(bool relu) const {
    return {forward(relu), slope.data(), offset.data()};
  }
  std::vector<float> mean, scale, shift, slope, offset;
};

/// Of element [pixel][channel].
template <typename T>
struct NormElement {
  NormElement(const NormConstants& constants, const std::vector<T>& values, std::int64_t at,
              std::int64_t channel) {
    const std::size_t c = unsigned_of(channel);
    difference = static_cast<double>(as_float(values[unsigned_of(at)])) -
                 static_cast<double>(constants.mean[c]);
    y = difference * static_cast<double>(constants.scale[c]) +
        static_cast<double>(constants.shift[c]);
  }
  double difference;
  double y;
};

/// Whether a result is the expected number, rounded to T; a ReLU that is just active may be just
/// inactive instead.
template <typename T>
bool is_close(T result, double expected) {
  const double epsilon = std::is_same_v<T, float> ? 1e-5 : 8e-3;
  return std::abs(static_cast<double>(as_float(result)) - expected) <=
         epsilon * (1.0 + std::abs(expected));
}

template <typename T>
void check_statistics(std::int64_t channels) {
  std::vector<T> values = ordinary_numbers<T>(kNormPixels * channels, 6);
  for (std::int64_t i = 0; i < kNormPixels * channels; i += channels) {
    values[unsigned_of(i)] = from_float<T>(1000.0F);  // a constant channel
  }
  // Blocks of 16, 1 and 20 pixels.
  const std::vector<std::int64_t> blocks{16, 1, 20};
  std::vector<float> statistics(blocks.size() * unsigned_of(kNormStatistics * channels));
  std::vector<double> counts;
  std::int64_t pixel = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    runners::engine::norm_statistics(
        values.data() + pixel * channels, blocks[i], channels,
        statistics.data() + i * unsigned_of(kNormStatistics * channels));
    counts.push_back(static_cast<double>(blocks[i]));
    pixel += blocks[i];
  }
  std::vector<double> mean(unsigned_of(channels));
  std::vector<double> squares(unsigned_of(channels));
  runners::engine::norm_totals(statistics.data(), counts.data(), 3, channels, mean.data(),
                               squares.data());
  CHECK(mean[0] == 1000.0);
  CHECK(squares[0] == 0.0);
  for (std::int64_t c = 0; c < channels; ++c) {
    double total = 0.0;
    for (std::int64_t p = 0; p < kNormPixels; ++p) {
      total += static_cast<double>(as_float(values[unsigned_of(p * channels + c)]));
    }
    double square = 0.0;
    for (std::int64_t p = 0; p < kNormPixels; ++p) {
      square += std::pow(static_cast<double>(as_float(values[unsigned_of(p * channels + c)])) -
                             total / static_cast<double>(kNormPixels),
                         2.0);
    }
    CHECK(mean[unsigned_of(c)] == Approx(total / static_cast<double>(kNormPixels)).margin(1e-6));
    CHECK(squares[unsigned_of(c)] == Approx(square).epsilon(1e-5).margin(1e-9));
  }
}

template <typename T>
void check_apply(std::int64_t channels, bool relu, bool with_addend) {
  const NormConstants constants(channels);
  const std::vector<T> values = ordinary_numbers<T>(kNormPixels * channels, 7);
  const std::vector<T> addend = ordinary_numbers<T>(kNormPixels * channels, 8);
  std::vector<T> output(values.size());
  runners::engine::norm_apply(values.data(), with_addend ? addend.data() : nullptr, output.data(),
                              kNormPixels, channels, constants.forward(relu));
  std::vector<float> memory(values.size());
  const BlockedTensor blocked{memory.data(), channels, kNormPixels};
  runners::engine::norm_apply(values.data(), kNormPixels, blocked, constants.forward(relu));
  for (std::int64_t p = 0; p < kNormPixels; ++p) {
    for (std::int64_t c = 0; c < channels; ++c) {
      const std::int64_t at = p * channels + c;
      const NormElement<T> element(constants, values, at, c);
      const double y = relu ? std::max(element.y, 0.0) : element.y;
      const double sum = with_addend ? static_cast<double>(as_float(addend[unsigned_of(at)])) : 0.0;
      const float in_block = blocked.block(c - c % 16)[p * 16 + c % 16];
      CHECK(is_close(output[unsigned_of(at)], y + sum));
      CHECK(is_close(from_float<T>(in_block), y));
      CHECK((with_addend || same(from_float<float>(as_float(output[unsigned_of(at)])), in_block)));
    }
  }
}

template <typename T>
void check_gradient(std::int64_t channels, bool relu, bool with_other) {
  const NormConstants constants(channels);
  const std::vector<T> values = ordinary_numbers<T>(kNormPixels * channels, 9);
  const std::vector<T> other = ordinary_numbers<T>(kNormPixels * channels, 10);
  std::vector<T> gradient = ordinary_numbers<T>(kNormPixels * channels, 11);
  const std::vector<T> before = gradient;
  std::vector<float> sums(unsigned_of(2 * channels));
  runners::engine::norm_gradient_sums(gradient.data(), with_other ? other.data() : nullptr,
                                      gradient.data(), values.data(), kNormPixels, channels,
                                      constants.forward(relu), sums.data());
  std::vector<float> memory(values.size());
  const BlockedTensor blocked{memory.data(), channels, kNormPixels};
  const NormBackward norm = constants.backward(relu);
  runners::engine::norm_backward(gradient.data(), values.data(), kNormPixels, blocked, norm);
  std::vector<T> result = gradient;
  runners::engine::norm_backward(result.data(), values.data(), result.data(), kNormPixels, channels,
                                 norm);
  for (std::int64_t c = 0; c < channels; ++c) {
    double sum = 0.0;
    double product = 0.0;
    for (std::int64_t p = 0; p < kNormPixels; ++p) {
      const std::int64_t at = p * channels + c;
      const NormElement<T> element(constants, values, at, c);
      const float total = as_float(before[unsigned_of(at)]) + as_float(other[unsigned_of(at)]);
      CHECK(same(gradient[unsigned_of(at)],
                 with_other ? from_float<T>(total) : before[unsigned_of(at)]));
      const double g =
          relu && element.y <= 0.0 ? 0.0 : static_cast<double>(as_float(gradient[unsigned_of(at)]));
      sum += g;
      product += g * element.difference;
      const double expected =
          static_cast<double>(constants.scale[unsigned_of(c)]) * g +
          static_cast<double>(constants.slope[unsigned_of(c)]) * element.difference +
          static_cast<double>(constants.offset[unsigned_of(c)]);
      CHECK(is_close(result[unsigned_of(at)], expected));
      CHECK(same(as_float(result[unsigned_of(at)]), blocked.block(c - c % 16)[p * 16 + c % 16]));
    }
    CHECK(sums[unsigned_of(c)] == Approx(sum).margin(1e-4));
    CHECK(sums[unsigned_of(channels + c)] == Approx(product).margin(1e-4));
  }
}

template <typename T>
void check_all() {
  for (const std::int64_t channels : {16, 48, 80}) {
    check_statistics<T>(channels);
    for (const bool relu : {false, true}) {
      for (const bool second : {false, true}) {
        check_apply<T>(channels, relu, second);
        check_gradient<T>(channels, relu, second);
      }
    }
  }
}

}  // namespace

TEST_CASE("Batch normalisation's kernels compute what plain loops do") {
  on_every_target([] {
    check_all<float>();
    check_all<runners::engine::Bf16>();
  });
}

TEST_CASE("The variance of numbers far from 0 keeps its digits") {
  on_every_target([] {
    std::vector<float> values(unsigned_of(kNormPixels * 16));
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = 4096.0F + static_cast<float>(i / 16 % 2);
    }
    std::vector<float> statistics(unsigned_of(kNormStatistics * 16));
    runners::engine::norm_statistics(values.data(), kNormPixels, 16, statistics.data());
    const double count = static_cast<double>(kNormPixels);
    std::vector<double> mean(16);
    std::vector<double> squares(16);
    runners::engine::norm_totals(statistics.data(), &count, 1, 16, mean.data(), squares.data());
    CHECK(mean[5] == Approx(4096.0 + 18.0 / 37.0).epsilon(1e-12));
    CHECK(squares[5] == Approx(18.0 * 19.0 / 37.0).epsilon(1e-12));
  });
}

TEST_CASE("Sums of blocks are added in their order") {
  on_every_target([] {
    std::vector<float> sums;
    for (std::int64_t i = 0; i < 5 * 32; ++i) {
      sums.push_back(static_cast<float>(i));
    }
    std::vector<double> totals(32);
    runners::engine::norm_add_blocks(sums.data(), 5, 32, totals.data());
    CHECK(totals[3] == 3.0 + 35.0 + 67.0 + 99.0 + 131.0);
    CHECK(totals[31] == 31.0 + 63.0 + 95.0 + 127.0 + 159.0);
  });
}

}  // namespace firesweep::tests
