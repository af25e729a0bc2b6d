#include "runners/data/synthetic.h"

#include <array>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <xxhash.h>

namespace firesweep::runners::data {
namespace {

std::string hash_of(const std::vector<std::uint8_t>& bytes) {
  return fmt::format("{:016x}", XXH3_64bits(bytes.data(), bytes.size()));
}

TEST_CASE("Synthetic images are the same bytes on every machine") {
  const DecodedImages made = make_synthetic({{1, 28, 28}, 10, 100, 50});
  CHECK(hash_of(made.train_pixels) == "b5c7a634113e2ea9");
  CHECK(hash_of(made.test_pixels) == "3812b7c3112ef682");
  const DecodedImages coloured = make_synthetic({{3, 9, 11}, 7, 20, 20});
  CHECK(hash_of(coloured.train_pixels) == "c2081034ca197b46");
}

TEST_CASE("A synthetic image does not depend on how many others there are") {
  const DecodedImages few = make_synthetic({{1, 12, 12}, 4, 10, 5});
  const DecodedImages many = make_synthetic({{1, 12, 12}, 4, 30, 20});
  CHECK(std::equal(few.train_pixels.begin(), few.train_pixels.end(), many.train_pixels.begin()));
  CHECK(std::equal(few.test_pixels.begin(), few.test_pixels.end(), many.test_pixels.begin()));
}

TEST_CASE("Synthetic classes are balanced and all parts differ") {
  const DecodedImages made = make_synthetic({{1, 28, 28}, 10, 40, 40});
  std::array<int, 10> count{};
  for (const std::uint8_t label : made.train_labels) {
    ++count.at(label);
  }
  for (const int images : count) {
    CHECK(images == 4);
  }
  CHECK(made.train_pixels != made.test_pixels);
}

/// Class means of the training images, as a nearest-mean classifier; the share of test images it
/// gets right.
double nearest_mean_accuracy(const DecodedImages& made) {
  const auto pixels = static_cast<std::size_t>(made.shape.elements());
  const auto classes = static_cast<std::size_t>(made.classes);
  std::vector<std::vector<double>> means(classes, std::vector<double>(pixels));
  for (std::size_t i = 0; i < made.train_labels.size(); ++i) {
    for (std::size_t p = 0; p < pixels; ++p) {
      means[made.train_labels[i]][p] += made.train_pixels[i * pixels + p] *
                                        static_cast<double>(classes) /
                                        static_cast<double>(made.train_labels.size());
    }
  }
  int right = 0;
  for (std::size_t i = 0; i < made.test_labels.size(); ++i) {
    std::size_t best = 0;
    double least = 1e300;
    for (std::size_t c = 0; c < classes; ++c) {
      double distance = 0;
      for (std::size_t p = 0; p < pixels; ++p) {
        const double difference = made.test_pixels[i * pixels + p] - means[c][p];
        distance += difference * difference;
      }
      if (distance < least) {
        least = distance;
        best = c;
      }
    }
    right += best == made.test_labels[i] ? 1 : 0;
  }
  return right / static_cast<double>(made.test_labels.size());
}

TEST_CASE("Synthetic classes can be told apart") {
  CHECK(nearest_mean_accuracy(make_synthetic({{1, 28, 28}, 10, 1000, 500})) > 0.8);
}

TEST_CASE("Synthetic data hold as many images as the spec asks for") {
  sweep::DatasetSpec spec;
  spec.validation = 200;
  CHECK(synthetic_shape(spec).train == 60'000);
  CHECK(synthetic_shape(spec).test == 10'000);
  spec.train = 1000;
  spec.test = 100;
  CHECK(synthetic_shape(spec).train == 1200);
  CHECK(synthetic_shape(spec).test == 100);
}

}  // namespace
}  // namespace firesweep::runners::data
