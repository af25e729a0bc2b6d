#include "runners/batches/image_batches.h"

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

}  // namespace firesweep::runners::batches
