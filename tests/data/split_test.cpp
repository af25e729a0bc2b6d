#include "runners/data/split.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/data/support.h"

namespace firesweep::runners::data {
namespace {

/// Classes of uneven sizes, in a mixed order.
std::vector<Label> uneven_labels() {
  std::vector<Label> labels;
  const std::vector<int> sizes{7, 101, 40, 1, 351};
  for (std::size_t label = 0; label < sizes.size(); ++label) {
    labels.insert(labels.end(), static_cast<std::size_t>(sizes[label]), static_cast<Label>(label));
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    std::swap(labels[i], labels[i * 37 % labels.size()]);
  }
  return labels;
}

sweep::DatasetSpec spec_of(std::optional<std::int64_t> train, std::int64_t validation,
                           std::uint64_t seed = 0) {
  sweep::DatasetSpec spec;
  spec.train = train;
  spec.validation = validation;
  spec.split_seed = seed;
  return spec;
}

Split split_of(const std::vector<Label>& labels, sweep::DatasetSpec spec) {
  if (!spec.train) {
    spec.train = std::ssize(labels) - spec.validation.value_or(0) - spec.test.value_or(0);
  }
  return split_images({.train = labels, .validation = {}, .test = {}, .train_groups = {}}, 5, spec);
}

std::vector<double> counts_of(const std::vector<std::int32_t>& indices,
                              const std::vector<Label>& labels) {
  std::vector<double> counts(5);
  for (const std::int32_t index : indices) {
    ++counts[labels.at(static_cast<std::size_t>(index))];
  }
  return counts;
}

TEST_CASE("A split is disjoint, ascending and of the requested sizes") {
  const auto labels = uneven_labels();
  const auto [train, validation] = GENERATE(
      table<std::int64_t, std::int64_t>({{300, 100}, {400, 100}, {1, 1}, {0, 500}, {499, 1}}));
  const Split split = split_of(labels, spec_of(train, validation));
  CHECK(std::ssize(split.train) == train);
  CHECK(std::ssize(split.validation) == validation);
  CHECK(std::is_sorted(split.train.begin(), split.train.end()));
  CHECK(std::is_sorted(split.validation.begin(), split.validation.end()));
  std::set<std::int32_t> all(split.train.begin(), split.train.end());
  all.insert(split.validation.begin(), split.validation.end());
  CHECK(std::ssize(all) == train + validation);
}

TEST_CASE("Each class has its fraction of the validation images to within one image") {
  const auto labels = uneven_labels();
  const std::int64_t validation = GENERATE(1, 3, 17, 100, 250, 499);
  const Split split = split_of(labels, spec_of(std::nullopt, validation));
  const auto total = static_cast<double>(labels.size());
  std::vector<std::int32_t> everything(labels.size());
  for (std::size_t i = 0; i < everything.size(); ++i) {
    everything[i] = static_cast<std::int32_t>(i);
  }
  const auto whole = counts_of(everything, labels);
  const auto held_out = counts_of(split.validation, labels);
  const auto trained = counts_of(split.train, labels);
  for (std::size_t label = 0; label < whole.size(); ++label) {
    INFO("class " << label);
    CHECK(std::abs(held_out[label] - whole[label] * static_cast<double>(validation) / total) < 1.0);
    CHECK(held_out[label] + trained[label] == whole[label]);
  }
}

TEST_CASE("The held-out images depend on the split seed and not on how many are trained on") {
  const auto labels = uneven_labels();
  const Split split = split_of(labels, spec_of(400, 100, 1));
  CHECK(split_of(labels, spec_of(50, 100, 1)).validation == split.validation);
  CHECK(split_of(labels, spec_of(400, 100, 2)).validation != split.validation);
}

TEST_CASE("A split is the same on every machine") {
  const std::vector<Label> labels{0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
  const Split split = split_of(labels, spec_of(4, 4, 42));
  CHECK(split.validation == std::vector<std::int32_t>{0, 3, 6, 7});
  CHECK(split.train == std::vector<std::int32_t>{1, 2, 5, 8});
}

TEST_CASE("A split of more images than available is rejected") {
  const auto labels = uneven_labels();
  CHECK(tests::message_of<ConfigError>([&] { (void)split_of(labels, spec_of(450, 100)); }) ==
        "dataset.train: too many images; got 450; expected at most 400");
  CHECK(tests::message_of<ConfigError>([&] { (void)split_of(labels, spec_of(1, 501)); }) ==
        "dataset.validation: too many images; got 501; expected at most 500");
}

TEST_CASE("Test images are the first of each class of the test part, balanced, or all of them") {
  const std::vector<Label> train{0, 1};
  const std::vector<Label> test{1, 1, 1, 1, 0, 0, 0, 0};
  sweep::DatasetSpec spec = spec_of(2, 0);
  const auto split = [&](std::int64_t images) {
    spec.test = images;
    return split_images({.train = train, .validation = {}, .test = test, .train_groups = {}}, 2,
                        spec)
        .test;
  };
  CHECK(split(8).size() == test.size());
  CHECK(split(4) == std::vector<std::int32_t>{0, 1, 4, 5});
  CHECK(tests::message_of<ConfigError>([&] { (void)split(9); }) ==
        "dataset.test: too many images; got 9; expected at most 8");
}

TEST_CASE("Without a test part, test images are held out, whatever the other counts are") {
  const auto labels = uneven_labels();
  sweep::DatasetSpec spec = spec_of(200, 100, 3);
  spec.test = 50;
  const Split split = split_of(labels, spec);
  std::set<std::int32_t> all(split.train.begin(), split.train.end());
  all.insert(split.validation.begin(), split.validation.end());
  all.insert(split.test.begin(), split.test.end());
  CHECK(all.size() == 350);
  spec.train = 300;
  spec.validation = 20;
  CHECK(split_of(labels, spec).test == split.test);
  spec.split_seed = 4;
  CHECK(split_of(labels, spec).test != split.test);
}

TEST_CASE("Images of one group are in one part, and shares are as near as groups allow") {
  std::vector<Label> labels;
  std::vector<std::uint32_t> groups;
  for (std::uint32_t image = 0; image < 600; ++image) {
    labels.push_back(static_cast<Label>(image / 200));
    groups.push_back(image / 7);  // some have images of two classes
  }
  sweep::DatasetSpec spec = spec_of(300, 150);
  spec.test = 120;
  const Split split = split_images(
      {.train = labels, .validation = {}, .test = {}, .train_groups = groups}, 3, spec);
  const auto groups_in = [&](const std::vector<std::int32_t>& part) {
    std::set<std::uint32_t> found;
    for (const std::int32_t image : part) {
      found.insert(groups[static_cast<std::size_t>(image)]);
    }
    return found;
  };
  for (const std::uint32_t group : groups_in(split.test)) {
    CHECK_FALSE(groups_in(split.validation).contains(group));
    CHECK_FALSE(groups_in(split.train).contains(group));
  }
  for (const std::uint32_t group : groups_in(split.validation)) {
    CHECK_FALSE(groups_in(split.train).contains(group));
  }
  CHECK(std::abs(std::ssize(split.test) - 120) <= 12);
  CHECK(std::abs(std::ssize(split.validation) - 150) <= 12);
  CHECK(split.train.size() == 300);
}

}  // namespace
}  // namespace firesweep::runners::data
