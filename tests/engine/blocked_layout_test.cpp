// The blocked layout and im2col, against single elements.
#include "runners/engine/direct/blocked_layout.h"

#include <cmath>
#include <cstdint>

#include <catch2/catch.hpp>

#include "runners/engine/direct/blocked_im2col.h"
#include "tests/engine/blocked_support.h"
#include "tests/engine/engine_support.h"

namespace firesweep::tests {

using runners::engine::BlockedTensor;
using runners::engine::kChannelMultiple;

TEMPLATE_TEST_CASE("im2col rows become channels of the blocked layout", "[engine]", float, Bf16) {
  using runners::engine::BlockedIm2colShape;
  // Dense images; a stride, no border, a border wider than the rest of the image.
  const BlockedIm2colShape shape = GENERATE(
      BlockedIm2colShape{9, 11, 3, 7, 2, 0, 2, 3}, BlockedIm2colShape{5, 4, 1, 3, 1, 1, 5, 4},
      BlockedIm2colShape{3, 2, 2, 7, 1, 3, 3, 2}, BlockedIm2colShape{6, 6, 17, 1, 1, 0, 6, 6});
  constexpr std::int64_t kImages = 2;
  const std::int64_t in_pixels = shape.in_height * shape.in_width;
  const auto images = awkward_numbers<TestType>(kImages * in_pixels * shape.channels, 1);
  const std::int64_t out_pixels = kImages * shape.out_height * shape.out_width;
  const std::int64_t channels = runners::engine::padded_channels(shape.size());
  const auto element = [&](std::int64_t pixel, std::int64_t at) {
    const std::int64_t x =
        pixel % shape.out_width * shape.stride - shape.padding + at / shape.channels % shape.kernel;
    const std::int64_t y = pixel / shape.out_width % shape.out_height * shape.stride -
                           shape.padding + at / shape.channels / shape.kernel;
    if (at >= shape.size() || y < 0 || y >= shape.in_height || x < 0 || x >= shape.in_width) {
      return 0.0F;
    }
    const std::int64_t image = pixel / (shape.out_height * shape.out_width);
    return as_float(images[size((image * in_pixels + y * shape.in_width + x) * shape.channels +
                                at % shape.channels)]);
  };
  where_there_are_direct_convolutions([&] {
    for (const std::int64_t first : {std::int64_t{0}, out_pixels / 2}) {
      const std::int64_t count = out_pixels - first;
      Floats data(size(channels * count), std::nanf(""));
      Floats scratch(size(runners::engine::im2col_scratch(channels)), std::nanf(""));
      runners::engine::im2col_to_blocked(images.data(), shape, first, count,
                                         {data.data(), channels, count}, scratch.data());
      for (std::int64_t pixel = 0; pixel < count; ++pixel) {
        for (std::int64_t at = 0; at < channels; ++at) {
          const std::int64_t offset = at / kChannelMultiple * count * kChannelMultiple +
                                      pixel * kChannelMultiple + at % kChannelMultiple;
          REQUIRE(same(data[size(offset)], element(first + pixel, at)));
        }
      }
    }
  });
}

TEMPLATE_TEST_CASE("the blocked layout holds the values, and their sums", "[engine]", float, Bf16) {
  constexpr std::int64_t kPixels = 11;
  constexpr std::int64_t kChannels = 48;
  const auto values = awkward_numbers<TestType>(kPixels * kChannels, 1);
  const auto relu_output = awkward_numbers<TestType>(kPixels * kChannels, 2);
  on_every_target([&] {
    Floats data(values.size());
    Floats masked(values.size());
    const BlockedTensor blocked{data.data(), kChannels, kPixels};
    runners::engine::to_blocked(values.data(), kPixels, blocked);
    runners::engine::to_blocked_with_relu_mask(values.data(), relu_output.data(), kPixels,
                                               {masked.data(), kChannels, kPixels});
    for (std::int64_t pixel = 0; pixel < kPixels; ++pixel) {
      for (std::int64_t channel = 0; channel < kChannels; ++channel) {
        const std::int64_t offset = channel / kChannelMultiple * blocked.block_size() +
                                    pixel * kChannelMultiple + channel % kChannelMultiple;
        const std::size_t at = size(pixel * kChannels + channel);
        REQUIRE(same(data[size(offset)], as_float(values[at])));
        REQUIRE(same(masked[size(offset)],
                     as_float(relu_output[at]) <= 0.0F ? 0.0F : as_float(values[at])));
      }
    }
  });
  Tensor whole(kPixels, kChannels, 3);
  Floats sums(kChannels, 1.0F);
  runners::engine::add_channel_sums(whole.blocked(), kPixels - 1, sums.data());
  for (std::int64_t channel = 0; channel < kChannels; ++channel) {
    float expected = 1.0F;
    for (std::int64_t pixel = 0; pixel + 1 < kPixels; ++pixel) {
      expected += whole.at(pixel, channel);
    }
    CHECK(sums[size(channel)] == expected);
  }
}

}  // namespace firesweep::tests
