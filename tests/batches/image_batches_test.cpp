#include "runners/batches/image_batches.h"

#include <algorithm>
#include <thread>

#include <catch2/catch.hpp>
#include <xxhash.h>

#include "tests/batches/support.h"

namespace firesweep::runners::batches {
namespace {

struct Case {
  models::Shape shape;
  Augmentation augmentation;
  std::int64_t epoch = 1;
  std::uint64_t hash = 0;
};

std::uint64_t hash_of(const Epoch& epoch, std::int64_t batch_size) {
  XXH3_state_t* const state = XXH3_createState();
  XXH3_64bits_reset(state);
  const std::size_t elements = epoch.pixels.size() / epoch.labels.size();
  for (std::size_t first = 0; first < epoch.labels.size();
       first += static_cast<std::size_t>(batch_size)) {
    const std::size_t count =
        std::min(static_cast<std::size_t>(batch_size), epoch.labels.size() - first);
    XXH3_64bits_update(state, epoch.pixels.data() + first * elements,
                       count * elements * sizeof(float));
    XXH3_64bits_update(state, epoch.labels.data() + first, count * sizeof(std::int64_t));
  }
  const std::uint64_t hash = XXH3_64bits_digest(state);
  XXH3_freeState(state);
  return hash;
}

const Augmentation kAll{.horizontal_flip = true,
                        .random_resized_crop = 0.3,
                        .brightness = 0.4,
                        .contrast = 0.4,
                        .saturation = 0.4,
                        .hue = 0.1,
                        .cutout = 3,
                        .random_erasing = 0.5};

}  // namespace

TEST_CASE("Order, crops, flips and normalisation have the bits of the first trials") {
  const Augmentation none;
  const Augmentation crop{.crop_padding = 2};
  const Augmentation flip{.horizontal_flip = true};
  // A padding of 20 pixels moves some images of 13x17 pixels out of their window.
  const auto example = GENERATE_COPY(values<Case>({
      {{1, 28, 28}, none, 1, 0x633aa6e3db88b2ae},
      {{1, 28, 28}, none, 2, 0x2671fdd6d539dcfa},
      {{1, 28, 28}, crop, 1, 0xfa590ac929380f3f},
      {{1, 28, 28}, crop, 2, 0x2d922e553d04a5df},
      {{1, 28, 28}, flip, 1, 0xdca1c2eebfb79215},
      {{1, 28, 28}, flip, 2, 0xbd4cdd9f2cafb4e1},
      {{1, 28, 28}, {.crop_padding = 2, .horizontal_flip = true}, 1, 0xa6d797b95b1e07bd},
      {{1, 28, 28}, {.crop_padding = 2, .horizontal_flip = true}, 2, 0x12d611ffdeafa6cb},
      {{3, 13, 17}, none, 1, 0xcc42a37f97080d96},
      {{3, 13, 17}, none, 2, 0x497dc80e88d14a0e},
      {{3, 13, 17}, {.crop_padding = 4, .horizontal_flip = true}, 1, 0x91e8ddfae941c146},
      {{3, 13, 17}, {.crop_padding = 4, .horizontal_flip = true}, 2, 0x496be70a9d2001e3},
      {{3, 13, 17}, {.crop_padding = 20, .horizontal_flip = true}, 1, 0x41c49aad2f9f8bb7},
      {{3, 13, 17}, {.crop_padding = 20, .horizontal_flip = true}, 2, 0xb9b230975f210a55},
      {{2, 5, 3}, {.crop_padding = 1, .horizontal_flip = true}, 1, 0x1f1780d333d1ddc5},
      {{2, 5, 3}, {.crop_padding = 1, .horizontal_flip = true}, 2, 0xa5bd78921c159ec6},
      {{3, 64, 64}, {.crop_padding = 4, .horizontal_flip = true}, 1, 0xfb2712f9478c2ef4},
      {{3, 64, 64}, {.crop_padding = 4, .horizontal_flip = true}, 2, 0xace9e2535dc0f289},
  }));
  CAPTURE(example.shape.channels, example.shape.height, example.augmentation.crop_padding,
          example.augmentation.horizontal_flip, example.epoch);
  const Noise noise(example.shape);
  const Normalization normalization(noise.images, noise.indices);
  const ImageBatches batches(noise.images, noise.indices, normalization, example.augmentation, 8, 7,
                             example.epoch);
  CHECK(hash_of(collected(batches), 8) == example.hash);
}

TEST_CASE("Every image of the training set comes once per epoch, in another order each time") {
  const Noise noise({1, 2, 2});
  const Normalization normalization(noise.images, noise.indices);
  const auto labels = [&](std::uint64_t seed, std::int64_t epoch) {
    return collected({noise.images, noise.indices, normalization, {}, 8, seed, epoch}).labels;
  };
  std::vector<std::int64_t> expected;
  for (const std::int32_t index : noise.indices) {
    expected.push_back(noise.labels[static_cast<std::size_t>(index)]);
  }
  std::ranges::sort(expected);
  const std::vector<std::int64_t> first = labels(7, 1);
  CHECK(labels(7, 2) != first);
  CHECK(labels(8, 1) != first);
  std::vector<std::int64_t> sorted = first;
  std::ranges::sort(sorted);
  CHECK(sorted == expected);
}

TEST_CASE("The last batch is smaller, and then the epoch ends") {
  const Noise noise({1, 2, 2}, 10);
  const Normalization normalization(noise.images, noise.indices);
  ImageBatches batches(noise.images, noise.indices, normalization, {}, 3, 7, 1);
  CHECK(batches.count() == 8);
  CHECK(batches.batch_count() == 3);
  std::vector<std::int64_t> sizes;
  for (; batches.next_size() > 0; batches.advance()) {
    sizes.push_back(batches.next_size());
  }
  CHECK(sizes == std::vector<std::int64_t>{3, 3, 2});
}

TEST_CASE("Augmented images depend on seed and epoch, and not on the batch size") {
  const Noise noise({3, 13, 17});
  const Normalization normalization(noise.images, noise.indices);
  const auto epoch = [&](std::int64_t batch_size, std::uint64_t seed, std::int64_t number) {
    return collected({noise.images, noise.indices, normalization, kAll, batch_size, seed, number});
  };
  const Epoch reference = epoch(8, 7, 3);
  CHECK(epoch(8, 7, 3) == reference);  // as after a resume: nothing of the epochs before
  CHECK(epoch(1, 7, 3) == reference);
  CHECK(epoch(1000, 7, 3) == reference);
  CHECK(epoch(8, 7, 4).pixels != reference.pixels);
  CHECK(epoch(8, 8, 3).pixels != reference.pixels);
}

TEST_CASE("Threads that each write a part of a batch write what one thread writes") {
  const Noise noise({3, 13, 17});
  const Normalization normalization(noise.images, noise.indices);
  const ImageBatches batches(noise.images, noise.indices, normalization, kAll, 1000, 7, 1);
  const Epoch reference = collected(batches);
  for (const std::int64_t threads : {2, 3, 5}) {
    Epoch parts{std::vector<float>(reference.pixels.size()),
                std::vector<std::int64_t>(reference.labels.size())};
    std::vector<std::thread> running;
    for (std::int64_t thread = 0; thread < threads; ++thread) {
      const std::int64_t first = batches.count() * thread / threads;
      const std::int64_t last = batches.count() * (thread + 1) / threads;
      running.emplace_back([&batches, &parts, first, last] {
        batches.write(first, last - first, parts.pixels.data() + first * batches.shape().elements(),
                      parts.labels.data() + first);
      });
    }
    for (std::thread& thread : running) {
      thread.join();
    }
    CHECK(parts == reference);
  }
}

TEST_CASE("Images that are evaluated are in the order of their indices and as they are") {
  const Noise noise({3, 5, 7});
  const Normalization normalization(noise.images, noise.indices);
  const std::vector<std::int32_t> indices{9, 2, 2, 36};
  Epoch written{std::vector<float>(indices.size() * 3 * 5 * 7),
                std::vector<std::int64_t>(indices.size())};
  write_images(noise.images, indices, normalization, written.pixels.data(), written.labels.data());
  Epoch expected;
  for (const std::int32_t index : indices) {
    expected.labels.push_back(noise.labels[static_cast<std::size_t>(index)]);
    for (std::int64_t i = 0; i < std::int64_t{5} * 7; ++i) {
      for (std::int64_t channel = 0; channel < 3; ++channel) {
        const auto pixel =
            static_cast<std::size_t>((std::int64_t{index} * 3 + channel) * 5 * 7 + i);
        expected.pixels.push_back(normalization.apply(channel, noise.pixels[pixel]));
      }
    }
  }
  CHECK(written == expected);
}

}  // namespace firesweep::runners::batches
