#include "runners/data/split.h"

#include <algorithm>
#include <cmath>
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

std::vector<double> class_counts(const std::vector<std::int32_t>& indices,
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
  const Split split = stratified_split(labels, 5, spec_of(train, validation));
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
  const Split split = stratified_split(labels, 5, spec_of(std::nullopt, validation));
  const auto total = static_cast<double>(labels.size());
  std::vector<std::int32_t> everything(labels.size());
  for (std::size_t i = 0; i < everything.size(); ++i) {
    everything[i] = static_cast<std::int32_t>(i);
  }
  const auto whole = class_counts(everything, labels);
  const auto held_out = class_counts(split.validation, labels);
  const auto trained = class_counts(split.train, labels);
  for (std::size_t label = 0; label < whole.size(); ++label) {
    INFO("class " << label);
    CHECK(std::abs(held_out[label] - whole[label] * static_cast<double>(validation) / total) < 1.0);
    CHECK(held_out[label] + trained[label] == whole[label]);
  }
}

TEST_CASE("The held-out images depend on the split seed and not on how many are trained on") {
  const auto labels = uneven_labels();
  const Split split = stratified_split(labels, 5, spec_of(400, 100, 1));
  CHECK(stratified_split(labels, 5, spec_of(50, 100, 1)).validation == split.validation);
  CHECK(stratified_split(labels, 5, spec_of(400, 100, 2)).validation != split.validation);
}

TEST_CASE("A split is the same on every machine") {
  const std::vector<Label> labels{0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
  const Split split = stratified_split(labels, 2, spec_of(4, 4, 42));
  CHECK(split.validation == std::vector<std::int32_t>{0, 3, 6, 7});
  CHECK(split.train == std::vector<std::int32_t>{1, 2, 5, 8});
}

TEST_CASE("A split of more images than available is rejected") {
  const auto labels = uneven_labels();
  CHECK(tests::message_of<ConfigError>(
            [&] { (void)stratified_split(labels, 5, spec_of(450, 100)); }) ==
        "dataset: train and validation request too many images; got 450 + 100; expected at most "
        "500");
  CHECK_THROWS_AS(stratified_split(labels, 5, spec_of(std::nullopt, 501)), ConfigError);
}

TEST_CASE("Test images are the first of each class, balanced, or all of them") {
  const std::vector<Label> labels{1, 1, 1, 1, 0, 0, 0, 0};
  sweep::DatasetSpec spec;
  CHECK(test_indices(labels, 2, spec).size() == labels.size());
  spec.test = 4;
  CHECK(test_indices(labels, 2, spec) == std::vector<std::int32_t>{0, 1, 4, 5});
  spec.test = 9;
  CHECK(tests::message_of<ConfigError>([&] { (void)test_indices(labels, 2, spec); }) ==
        "dataset.test: too many images; got 9; expected at most 8");
}

}  // namespace
}  // namespace firesweep::runners::data
