#include <array>
#include <span>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <xxhash.h>

#include "runners/data/sources.h"
#include "tests/support/collecting_sink.h"

namespace firesweep::runners::data {
namespace {

std::string hash_of(const std::vector<std::uint8_t>& bytes) {
  return fmt::format("{:016x}", XXH3_64bits(bytes.data(), bytes.size()));
}

struct Images {
  models::Shape shape;
  std::int64_t classes = 0;
  std::vector<std::uint8_t> train_pixels;
  std::vector<Label> train_labels;
  std::vector<std::uint8_t> test_pixels;
  std::vector<Label> test_labels;
};

sweep::DatasetSpec spec_of(const sweep::DatasetShape& shape) {
  sweep::DatasetSpec spec;
  spec.name = "synthetic";
  spec.shape = shape.image;
  spec.classes = shape.classes;
  spec.train = shape.train;
  spec.validation = 0;
  spec.test = shape.test;
  return spec;
}

Images make_synthetic(const sweep::DatasetShape& shape) {
  const auto source = make_synthetic_source(spec_of(shape));
  Images made;
  made.shape = shape.image;
  made.classes = shape.classes;
  const auto collect = [&](Part part, std::vector<std::uint8_t>& pixels,
                           std::vector<Label>& labels) {
    tests::CollectingSink sink;
    source->stream(part, 0, sink);
    pixels = std::move(sink.pixels);
    labels = std::move(sink.labels);
  };
  collect(Part::kTrain, made.train_pixels, made.train_labels);
  collect(Part::kTest, made.test_pixels, made.test_labels);
  return made;
}

TEST_CASE("Synthetic images are the same bytes on every machine") {
  const Images made = make_synthetic({{1, 28, 28}, 10, 100, 50});
  CHECK(hash_of(made.train_pixels) == "b5c7a634113e2ea9");
  CHECK(hash_of(made.test_pixels) == "3812b7c3112ef682");
  const Images coloured = make_synthetic({{3, 9, 11}, 7, 20, 20});
  CHECK(hash_of(coloured.train_pixels) == "c2081034ca197b46");
}

TEST_CASE("A synthetic image does not depend on how many others there are") {
  const Images few = make_synthetic({{1, 12, 12}, 4, 10, 5});
  const Images many = make_synthetic({{1, 12, 12}, 4, 30, 20});
  CHECK(std::equal(few.train_pixels.begin(), few.train_pixels.end(), many.train_pixels.begin()));
  CHECK(std::equal(few.test_pixels.begin(), few.test_pixels.end(), many.test_pixels.begin()));
}

TEST_CASE("Synthetic classes are balanced and all parts differ") {
  const Images made = make_synthetic({{1, 28, 28}, 10, 40, 40});
  std::array<int, 10> count{};
  for (const Label label : made.train_labels) {
    ++count.at(label);
  }
  for (const int images : count) {
    CHECK(images == 4);
  }
  CHECK(made.train_pixels != made.test_pixels);
}

/// Class means of the training images, as a nearest-mean classifier; the share of test images it
/// gets right.
double nearest_mean_accuracy(const Images& made) {
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

TEST_CASE("Synthetic classes can be distinguished") {
  CHECK(nearest_mean_accuracy(make_synthetic({{1, 28, 28}, 10, 1000, 500})) > 0.8);
}

TEST_CASE("Synthetic images of many classes have labels that do not fit a byte") {
  const Images made = make_synthetic({{1, 8, 8}, 300, 300, 300});
  CHECK(made.train_labels.back() == 299);
}

TEST_CASE("The fingerprint of synthetic images matches existing manifests") {
  CHECK(make_synthetic_source(spec_of({{1, 28, 28}, 10, 100, 50}))->fingerprint() ==
        "430396c6a100b2ec57c4c4ab7935509e");
}

TEST_CASE("Synthetic data has as many images as the spec requests") {
  sweep::DatasetSpec spec;
  spec.validation = 200;
  CHECK(make_synthetic_source(spec)->describe().shape.train == 60'000);
  CHECK(make_synthetic_source(spec)->describe().shape.test == 10'000);
  spec.train = 1000;
  spec.test = 100;
  CHECK(make_synthetic_source(spec)->describe().shape.train == 1200);
  CHECK(make_synthetic_source(spec)->describe().shape.test == 100);
}

}  // namespace
}  // namespace firesweep::runners::data
