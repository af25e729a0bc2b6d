// Speed of the input pipeline on one thread, from 8-bit images in memory to batches of floats: for
// each augmentation in isolation, and for all together. Medians of several epochs.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/median.h"
#include "runners/batches/image_batches.h"
#include "runners/data/random.h"

namespace firesweep::bench {

namespace {

using runners::batches::Augmentation;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kBatchSize = 32;
constexpr int kEpochs = 7;

struct Options {
  std::int64_t channels = 0;
  std::int64_t size = 64;
  std::int64_t images = 8192;
  double train_speed = 0.0;
};

struct Images {
  explicit Images(const models::Shape& shape, std::int64_t count)
      : pixels(static_cast<std::size_t>(count * shape.elements())),
        labels(static_cast<std::size_t>(count)),
        indices(static_cast<std::size_t>(count)) {
    runners::data::RandomStream random(runners::data::Stream::kSplit, 1, 0);
    for (std::uint8_t& pixel : pixels) {
      pixel = static_cast<std::uint8_t>(random.next() >> 56U);
    }
    std::iota(indices.begin(), indices.end(), 0);
    set = {.shape = shape, .pixels = pixels, .labels = labels};
  }
  Images(const Images&) = delete;
  Images& operator=(const Images&) = delete;

  std::vector<std::uint8_t> pixels;
  std::vector<runners::data::Label> labels;
  std::vector<std::int32_t> indices;
  runners::data::ImageSet set;
};

double median_seconds(const std::function<void(int)>& call) {
  std::vector<double> seconds;
  for (int round = 0; round <= kEpochs; ++round) {
    const auto start = Clock::now();
    call(round);
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  seconds.erase(seconds.begin());  // cold
  std::ranges::sort(seconds);
  return base::median(seconds);
}

struct Case {
  std::string name;
  Augmentation augmentation;
};

std::vector<Case> cases(const models::Shape& shape) {
  std::vector<Case> all{
      {"none", {}},
      {"horizontal_flip", {.horizontal_flip = true}},
      {"crop_padding 4", {.crop_padding = 4}},
      {"crop_padding 4, horizontal_flip", {.crop_padding = 4, .horizontal_flip = true}},
      {"the same, crop_fill mean",
       {.crop_padding = 4, .crop_fill = sweep::CropFill::kMean, .horizontal_flip = true}},
      {"the same, crop_fill edge",
       {.crop_padding = 4, .crop_fill = sweep::CropFill::kEdge, .horizontal_flip = true}},
      {"the same, crop_fill reflect",
       {.crop_padding = 4, .crop_fill = sweep::CropFill::kReflect, .horizontal_flip = true}},
      {"random_resized_crop 0.3", {.random_resized_crop = 0.3}},
      {"brightness 0.4", {.brightness = 0.4}},
      {"contrast 0.4", {.contrast = 0.4}},
      {"cutout 8", {.cutout = 8}},
      {"random_erasing 0.5", {.random_erasing = 0.5}},
  };
  Augmentation together{.horizontal_flip = true,
                        .random_resized_crop = 0.3,
                        .brightness = 0.4,
                        .contrast = 0.4,
                        .cutout = 8,
                        .random_erasing = 0.5};
  if (shape.channels == 3) {
    all.push_back({"saturation 0.4", {.saturation = 0.4}});
    all.push_back({"hue 0.1", {.hue = 0.1}});
    together.saturation = 0.4;
    together.hue = 0.1;
  }
  all.push_back({"all", together});
  return all;
}

void measure(const models::Shape& shape, const Options& options) {
  const Images images(shape, options.images);
  const auto bytes = static_cast<double>(images.pixels.size());
  const double pass = median_seconds([&](int /*round*/) {
    static_cast<void>(runners::batches::Normalization(images.set, images.indices));
  });
  fmt::print("{}x{}x{}: mean and deviation of all pixels: {:.2f} s per GB\n", shape.height,
             shape.width, shape.channels, pass / bytes * 1e9);
  const runners::batches::Normalization normalization(images.set, images.indices);
  std::vector<float> pixels(static_cast<std::size_t>(kBatchSize * shape.elements()));
  std::vector<std::int64_t> labels(kBatchSize);
  for (const Case& each : cases(shape)) {
    const double seconds = median_seconds([&](int round) {
      runners::batches::ImageBatches batches(images.set, images.indices, normalization,
                                             each.augmentation, kBatchSize, 1, round + 1);
      for (; batches.next_size() > 0; batches.advance()) {
        batches.write(0, batches.next_size(), pixels.data(), labels.data());
      }
    });
    const double speed = static_cast<double>(options.images) / seconds;
    fmt::print("  {:<32}{:>10.0f} images/s{:>8.2f} us per image", each.name, speed, 1e6 / speed);
    if (options.train_speed > 0.0) {
      fmt::print("{:>7.2f} % of a step", 100.0 * options.train_speed / speed);
    }
    fmt::print("\n");
  }
}

int run(int argc, char** argv) {
  CLI::App app{"Measures the input pipeline: images/s of each augmentation on one thread."};
  Options options;
  app.add_option("--channels", options.channels,
                 "Channels of the images; without it 28x28x1 and 64x64x3 are measured");
  app.add_option("--size", options.size, "Height and width of the images, pixels");
  app.add_option("--images", options.images)->check(CLI::PositiveNumber);
  app.add_option("--train-speed", options.train_speed,
                 "Images/s of the training without its input (see train_throughput): adds the "
                 "percentage of a step");
  CLI11_PARSE(app, argc, argv);
  if (options.channels > 0) {
    measure({options.channels, options.size, options.size}, options);
  } else {
    measure({1, 28, 28}, options);
    measure({3, 64, 64}, options);
  }
  return 0;
}

}  // namespace

}  // namespace firesweep::bench

int main(int argc, char** argv) {
  try {
    return firesweep::bench::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "input_pipeline: {}\n", error.what());
    return 1;
  }
}
