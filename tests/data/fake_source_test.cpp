// A source known only to the tests works like every other source.
#include "tests/support/fake_source.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "runners/data/dataset.h"
#include "runners/data/split.h"
#include "sweep/store/run_directory.h"
#include "sweep/study/expand.h"
#include "tests/data/support.h"

namespace firesweep::runners::data {
namespace {

using tests::fake_sources;
using tests::FakeSource;
using tests::message_of;
using tests::ScratchDirectory;

const sweep::DatasetShape kThreeClasses{{1, 12, 12}, 3, 60, 12, 21};
/// Odd in everything, with labels that do not fit a byte.
const sweep::DatasetShape kManyClasses{{3, 5, 7}, 300, 601, 301, 303};

sweep::SweepSpec sweep_of(const std::string& dataset) {
  return sweep::parse_sweep_spec("name: s\ndataset: " + dataset +
                                     "\nmodel: {family: squeezenet, preset: small}\n"
                                     "grid: {SR: [0.125, 0.5]}\n",
                                 "s.yaml");
}

sweep::DatasetSpec spec_of(std::int64_t validation) {
  sweep::DatasetSpec spec;
  spec.name = "fake";
  spec.validation = validation;
  return spec;
}

TEST_CASE("A source's own validation part is planned and stored in the manifest") {
  const SourceRegistry sources = fake_sources(kThreeClasses);
  const sweep::SweepSpec spec = sweep_of("{name: fake, validation: 21}");
  const Description description = describe_dataset(spec.dataset, sources);
  CHECK(description.classes.names == std::vector<std::string>{"class 0", "class 1", "class 2"});

  sweep::Expansion expansion = sweep::expand(spec, description.shape);
  CHECK(expansion.points.size() == 2);
  CHECK(sweep::resolved(spec.dataset, description.shape).train == 60);

  sweep::Manifest manifest;
  manifest.sweep = spec.name;
  manifest.dataset = spec.dataset;
  manifest.dataset_shape = description.shape;
  CHECK(sweep::manifest_from_json(to_json(manifest)).dataset_shape.validation == 21);
  manifest.dataset_shape.validation = 0;
  CHECK_FALSE(to_json(manifest).dump().find("\"dataset_shape\"") == std::string::npos);
  CHECK(to_json(manifest)["dataset_shape"].count("validation") == 0);
}

TEST_CASE("Counts larger than a source's parts are rejected with their location") {
  const SourceRegistry sources = fake_sources(kThreeClasses);
  const auto message = [&](const std::string& dataset) {
    const sweep::SweepSpec spec = sweep_of(dataset);
    return message_of<ConfigError>(
        [&] { (void)sweep::expand(spec, describe_dataset(spec.dataset, sources).shape); });
  };
  CHECK(message("{name: fake, validation: 22}") ==
        "s.yaml:2:35: dataset.validation is 22; expected at most 21, the validation images of "
        "fake");
  CHECK(message("{name: fake, validation: 21, train: 61}") ==
        "s.yaml:2:46: dataset.train is 61; expected at most 60, the training images of fake");
  CHECK(message("{name: fake, validation: 2}") ==
        "s.yaml:2:35: dataset.validation is 2; expected at least 3, one image per class");
  CHECK(message("{name: fake, validation: 21, train: 60}").empty());
}

TEST_CASE("The cache returns all parts of a source as it streamed them") {
  const ScratchDirectory directory;
  const SourceRegistry sources = fake_sources(kManyClasses);
  const Dataset data = open_dataset(spec_of(300), directory.path(), sources);
  CHECK(data.checksum() == FakeSource(kManyClasses).fingerprint());
  CHECK(data.classes() == 300);
  const auto check = [&](const ImageSet& set, std::int64_t count) {
    REQUIRE(set.count() == count);
    REQUIRE(std::ssize(set.pixels) == count * 105);
    for (std::int64_t image = 0; image < count; ++image) {
      const auto label = static_cast<Label>(image % 300);
      REQUIRE(set.labels[static_cast<std::size_t>(image)] == label);
      for (std::size_t i = 0; i < 105; ++i) {
        REQUIRE(set.pixels[static_cast<std::size_t>(image) * 105 + i] ==
                FakeSource::pixel(label, i, image));
      }
    }
  };
  check(data.train(), 601);
  check(data.validation(), 303);
  check(data.test(), 301);
}

TEST_CASE("A validation part with labels that do not fit a byte is split by class") {
  const ScratchDirectory directory;
  const SourceRegistry sources = fake_sources(kManyClasses);
  const Dataset data = open_dataset(spec_of(300), directory.path(), sources);
  sweep::DatasetSpec spec = spec_of(300);
  spec.train = 300;
  spec.test = 0;
  const PartLabels labels{.train = data.train().labels,
                          .validation = data.validation().labels,
                          .test = {},
                          .train_groups = {}};
  const Split split = split_images(labels, 300, spec);
  const auto classes_in = [](const std::vector<std::int32_t>& indices, const ImageSet& set) {
    std::set<Label> classes;
    for (const std::int32_t index : indices) {
      classes.insert(set.labels[static_cast<std::size_t>(index)]);
    }
    return classes.size();
  };
  // Classes 0, 1 and 2 have more images than the others; each class has at least its rounded-down
  // fraction.
  CHECK(split.validation.size() == 300);
  CHECK(split.train.size() == 300);
  CHECK(classes_in(split.validation, data.validation()) >= 297);
  CHECK(classes_in(split.train, data.train()) >= 297);
  CHECK(std::ranges::is_sorted(split.validation));

  spec.validation = 304;
  CHECK(message_of<ConfigError>([&] { (void)split_images(labels, 300, spec); }) ==
        "dataset.validation: too many images; got 304; expected at most 303");
}

TEST_CASE("A registry rejects unknown names, and keys that do not apply to a source") {
  const SourceRegistry sources = fake_sources(kThreeClasses);
  sweep::DatasetSpec spec = spec_of(21);
  spec.classes = 4;
  CHECK_THAT(message_of<ConfigError>([&] { (void)describe_dataset(spec, sources); }),
             Catch::EndsWith("dataset.classes: only for 'synthetic'; 'fake' has its own"));
  spec.name = "mnist";
  CHECK_THAT(message_of<ConfigError>([&] { (void)describe_dataset(spec, sources); }),
             Catch::EndsWith("unknown data set; got 'mnist'; expected one of fake"));
}

}  // namespace
}  // namespace firesweep::runners::data
