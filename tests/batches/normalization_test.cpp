#include "runners/batches/normalization.h"

#include <cmath>

#include <catch2/catch.hpp>

#include "tests/batches/support.h"

namespace firesweep::runners::batches {

TEST_CASE("Mean and deviation are those of the training images, channel by channel") {
  const auto shape = GENERATE(models::Shape{1, 28, 28}, models::Shape{3, 13, 17},
                              models::Shape{4, 1, 1}, models::Shape{2, 200, 300});
  const Noise noise(shape);
  const Normalization normalization(noise.images, noise.indices);
  const std::int64_t plane = shape.height * shape.width;
  for (std::int64_t channel = 0; channel < shape.channels; ++channel) {
    std::uint64_t sum = 0;
    std::uint64_t squares = 0;
    for (const std::int32_t index : noise.indices) {
      for (std::int64_t i = 0; i < plane; ++i) {
        const std::uint64_t pixel =
            noise.pixels[static_cast<std::size_t>((index * shape.channels + channel) * plane + i)];
        sum += pixel;
        squares += pixel * pixel;
      }
    }
    const double count = static_cast<double>(noise.indices.size()) * static_cast<double>(plane);
    const double mean = static_cast<double>(sum) / count;
    const double deviation = std::sqrt(static_cast<double>(squares) / count - mean * mean);
    CHECK(normalization.mean(channel) == mean / 255.0);
    CHECK(normalization.deviation(channel) == deviation / 255.0);
    CHECK(normalization.apply(channel, 77) == static_cast<float>((77.0 - mean) / deviation));
  }
}

TEST_CASE("Normalised training images have mean zero and deviation one") {
  const Noise noise({3, 13, 17});
  const Normalization normalization(noise.images, noise.indices);
  const Epoch epoch = collected({noise.images, noise.indices, normalization, {}, 8, 7, 1});
  for (std::size_t channel = 0; channel < 3; ++channel) {
    double sum = 0.0;
    double squares = 0.0;
    for (std::size_t i = channel; i < epoch.pixels.size(); i += 3) {
      sum += epoch.pixels[i];
      squares += static_cast<double>(epoch.pixels[i]) * epoch.pixels[i];
    }
    const double count = static_cast<double>(epoch.pixels.size()) / 3.0;
    CHECK(sum / count == Approx(0.0).margin(1e-6));
    CHECK(squares / count == Approx(1.0).epsilon(1e-6));
  }
}

TEST_CASE("A channel without variation is shifted, not divided by zero") {
  const std::vector<std::uint8_t> pixels(24, 7);
  const std::vector<data::Label> labels(2);
  const data::ImageSet images{.shape = {1, 3, 4}, .pixels = pixels, .labels = labels};
  const Normalization normalization(images, std::vector<std::int32_t>{0, 1});
  CHECK(normalization.apply(0, 7) == 0.0F);
  CHECK(normalization.apply(0, 9) == Approx(2.0 / 255.0));
}

}  // namespace firesweep::runners::batches
