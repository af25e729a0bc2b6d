// What the tests of batches share: images of noise, and batches collected.
#pragma once

#include <cstdint>
#include <vector>

#include "runners/batches/image_batches.h"
#include "runners/data/random.h"

namespace firesweep::runners::batches {

/// `count` images of noise with labels below 1000; every index but 3, 8, 13, ... is of the training
/// set.
struct Noise {
  std::vector<std::uint8_t> pixels;
  std::vector<data::Label> labels;
  std::vector<std::int32_t> indices;
  data::ImageSet images;

  explicit Noise(const models::Shape& shape, std::int64_t count = 37)
      : pixels(static_cast<std::size_t>(count * shape.elements())),
        labels(static_cast<std::size_t>(count)) {
    data::RandomStream random(data::Stream::kSplit, 18, 0);
    for (std::uint8_t& pixel : pixels) {
      pixel = static_cast<std::uint8_t>(random.next() >> 56);
    }
    for (data::Label& label : labels) {
      label = static_cast<data::Label>(random.below(1000));
    }
    for (std::int32_t i = 0; i < count; ++i) {
      if (i % 5 != 3) {
        indices.push_back(i);
      }
    }
    images = {.shape = shape, .pixels = pixels, .labels = labels};
  }
  Noise(const Noise&) = delete;
  Noise& operator=(const Noise&) = delete;
};

/// All images of an epoch, [N, H, W, C], and their labels.
struct Epoch {
  std::vector<float> pixels;
  std::vector<std::int64_t> labels;

  bool operator==(const Epoch&) const = default;
};

inline Epoch collected(ImageBatches batches) {
  Epoch epoch;
  const std::int64_t elements = batches.shape().elements();
  while (const std::int64_t count = batches.next_size()) {
    const std::size_t before = epoch.labels.size();
    epoch.labels.resize(before + static_cast<std::size_t>(count));
    epoch.pixels.resize(epoch.labels.size() * static_cast<std::size_t>(elements));
    batches.write(0, count, epoch.pixels.data() + static_cast<std::int64_t>(before) * elements,
                  epoch.labels.data() + before);
    batches.advance();
  }
  return epoch;
}

}  // namespace firesweep::runners::batches
