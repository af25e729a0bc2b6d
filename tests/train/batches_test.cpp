#include "runners/train/batches.h"

#include <numeric>

#include "tests/train/catch.h"

namespace firesweep::runners::train {

namespace {

/// Eight 2-channel 3x4 images whose pixels tell image, channel, row and column apart.
struct Fixture {
  std::vector<std::uint8_t> pixels;
  std::vector<data::Label> labels{0, 1, 2, 3, 0, 1, 2, 3};
  std::vector<std::int32_t> indices = std::vector<std::int32_t>(8);
  data::ImageSet images;

  Fixture() {
    pixels.resize(8 * 2 * 3 * 4);
    std::iota(pixels.begin(), pixels.end(), std::uint8_t{1});
    std::iota(indices.begin(), indices.end(), 0);
    images = {.shape = {2, 3, 4}, .pixels = pixels, .labels = labels};
  }
};

std::vector<std::int64_t> labels_in_order(const Fixture& fixture, const Normalization& norm,
                                          std::int64_t batch_size, std::uint64_t seed,
                                          std::int64_t epoch) {
  EpochBatches batches(fixture.images, fixture.indices, norm, {}, batch_size, seed, epoch);
  std::vector<std::int64_t> labels;
  Batch batch;
  while (batches.next(batch)) {
    const auto* data = batch.labels.data_ptr<std::int64_t>();
    labels.insert(labels.end(), data, data + batch.labels.size(0));
  }
  return labels;
}

torch::Tensor all_images(const Fixture& fixture, const Normalization& norm,
                         Augmentation augmentation, std::int64_t batch_size) {
  EpochBatches batches(fixture.images, fixture.indices, norm, augmentation, batch_size, 5, 1);
  std::vector<torch::Tensor> parts;
  Batch batch;
  while (batches.next(batch)) {
    parts.push_back(batch.images.clone());
  }
  return torch::cat(parts);
}

}  // namespace

TEST_CASE("Normalised training images have mean zero and deviation one in every channel") {
  const Fixture fixture;
  const Normalization norm(fixture.images, fixture.indices);
  Batch batch;
  load_batch(fixture.images, fixture.indices, norm, batch);
  for (std::int64_t channel = 0; channel < 2; ++channel) {
    const torch::Tensor plane = batch.images.select(1, channel).to(torch::kFloat64);
    CHECK(plane.mean().item<double>() == Approx(0.0).margin(1e-6));
    CHECK(plane.std(/*unbiased=*/false).item<double>() == Approx(1.0).epsilon(1e-6));
  }
}

TEST_CASE("A channel that does not vary is shifted, not divided by zero") {
  Fixture fixture;
  std::fill(fixture.pixels.begin(), fixture.pixels.end(), std::uint8_t{7});
  const Normalization norm(fixture.images, fixture.indices);
  CHECK(norm.apply(0, 7) == 0.0F);
  CHECK(norm.apply(0, 9) == Approx(2.0 / 255.0));
}

TEST_CASE("Batches are channels-last, contain every image once, and end with a smaller one") {
  const Fixture fixture;
  const Normalization norm(fixture.images, fixture.indices);
  EpochBatches batches(fixture.images, fixture.indices, norm, {}, 3, 1, 1);
  CHECK(batches.batch_count() == 3);
  Batch batch;
  std::vector<std::int64_t> sizes;
  while (batches.next(batch)) {
    sizes.push_back(batch.images.size(0));
    CHECK(batch.images.is_contiguous(torch::MemoryFormat::ChannelsLast));
  }
  CHECK(sizes == std::vector<std::int64_t>{3, 3, 2});
  auto labels = labels_in_order(fixture, norm, 3, 1, 1);
  std::ranges::sort(labels);
  CHECK(labels == std::vector<std::int64_t>{0, 0, 1, 1, 2, 2, 3, 3});
}

TEST_CASE("Order is a function of seed and epoch, and of neither the batch size nor the past") {
  const Fixture fixture;
  const Normalization norm(fixture.images, fixture.indices);
  const auto order = labels_in_order(fixture, norm, 8, 1, 1);
  CHECK(labels_in_order(fixture, norm, 3, 1, 1) == order);
  CHECK(labels_in_order(fixture, norm, 8, 1, 2) != order);
  CHECK(labels_in_order(fixture, norm, 8, 2, 1) != order);
}

TEST_CASE("A crop is a part of the padded image, a flip its mirror image") {
  const Fixture fixture;
  const Normalization norm(fixture.images, fixture.indices);
  const torch::Tensor plain = all_images(fixture, norm, {}, 8);
  const torch::Tensor augmented =
      all_images(fixture, norm, {.crop_padding = 1, .horizontal_flip = true}, 8);
  int changed = 0;
  for (std::int64_t i = 0; i < 8; ++i) {
    bool found = false;
    for (std::int64_t top = 0; top <= 2; ++top) {
      for (std::int64_t left = 0; left <= 2; ++left) {
        // Outside the image the pixel value is 0, normalised like any other.
        torch::Tensor padded = torch::empty({2, 5, 6});
        for (std::int64_t c = 0; c < 2; ++c) {
          padded[c].fill_(norm.apply(c, 0));
        }
        padded.slice(1, 1, 4).slice(2, 1, 5).copy_(plain[i]);
        const torch::Tensor crop = padded.slice(1, top, top + 3).slice(2, left, left + 4);
        found =
            found || torch::equal(crop, augmented[i]) || torch::equal(crop.flip(2), augmented[i]);
      }
    }
    CHECK(found);
    changed += torch::equal(plain[i], augmented[i]) ? 0 : 1;
  }
  CHECK(changed > 0);
  // Crops belong to images, so the batch size does not matter.
  CHECK(torch::equal(all_images(fixture, norm, {.crop_padding = 1, .horizontal_flip = true}, 3),
                     augmented));
}

}  // namespace firesweep::runners::train
