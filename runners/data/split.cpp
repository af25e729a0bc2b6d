#include "runners/data/split.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include <fmt/format.h>

#include "base/error.h"
#include "runners/data/random.h"

namespace firesweep::runners::data {
namespace {

using Indices = std::vector<std::int32_t>;

std::vector<Indices> by_class(std::span<const Label> labels, std::int64_t classes) {
  std::vector<Indices> members(static_cast<std::size_t>(classes));
  for (std::size_t image = 0; image < labels.size(); ++image) {
    members.at(labels[image]).push_back(static_cast<std::int32_t>(image));
  }
  return members;
}

/// Divides `seats` in proportion to `sizes`. The largest remainders get the leftover seats, the
/// lower class first among equals. Never exceeds a size if seats <= the sum of sizes.
std::vector<std::int64_t> apportion(std::int64_t seats, const std::vector<std::int64_t>& sizes) {
  const std::int64_t total = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
  std::vector<std::int64_t> quota(sizes.size());
  if (total == 0) {
    return quota;
  }
  std::vector<std::int64_t> remainder(sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    quota[i] = seats * sizes[i] / total;
    remainder[i] = seats * sizes[i] % total;
  }
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainder[a] > remainder[b]; });
  const auto leftover = seats - std::accumulate(quota.begin(), quota.end(), std::int64_t{0});
  for (std::size_t i = 0; i < static_cast<std::size_t>(leftover); ++i) {
    ++quota[order[i]];
  }
  return quota;
}

std::vector<std::int64_t> sizes_of(const std::vector<Indices>& members) {
  std::vector<std::int64_t> sizes;
  sizes.reserve(members.size());
  for (const Indices& images : members) {
    sizes.push_back(std::ssize(images));
  }
  return sizes;
}

/// The members of each class in the order that `seed` shuffles them into.
std::vector<Indices> shuffled_by_class(std::span<const Label> labels, std::int64_t classes,
                                       std::uint64_t seed) {
  std::vector<Indices> members = by_class(labels, classes);
  for (std::size_t label = 0; label < members.size(); ++label) {
    RandomStream random(Stream::kSplit, seed, label);
    shuffle(std::span(members[label]), random);
  }
  return members;
}

/// The first `counts[i]` members of each class i, ascending.
Indices first_of_each(const std::vector<Indices>& members,
                      const std::vector<std::int64_t>& counts) {
  Indices chosen;
  for (std::size_t i = 0; i < members.size(); ++i) {
    chosen.insert(chosen.end(), members[i].begin(), members[i].begin() + counts[i]);
  }
  std::ranges::sort(chosen);
  return chosen;
}

/// Throws ConfigError unless `wanted` images can be taken from `available`.
void check_count(std::string_view key, std::int64_t wanted, std::int64_t available) {
  if (wanted < 0 || wanted > available) {
    throw ConfigError(fmt::format("dataset.{}: too many images; got {}; expected at most {}", key,
                                  wanted, available));
  }
}

/// Draws `count` images at random from the part with `labels`, stratified.
Indices draw_stratified(std::string_view key, std::span<const Label> labels, std::int64_t classes,
                        std::int64_t count, std::uint64_t seed) {
  check_count(key, count, std::ssize(labels));
  const std::vector<Indices> members = shuffled_by_class(labels, classes, seed);
  return first_of_each(members, apportion(count, sizes_of(members)));
}

}  // namespace

Split stratified_split(std::span<const Label> labels, std::int64_t classes,
                       const sweep::DatasetSpec& spec) {
  const std::int64_t available = std::ssize(labels);
  const std::int64_t train = spec.train.value_or(available - spec.validation);
  if (train < 0 || spec.validation < 0 || train + spec.validation > available) {
    throw ConfigError(fmt::format(
        "dataset: train and validation request too many images; got {} + {}; expected at most {}",
        std::max<std::int64_t>(train, 0), spec.validation, available));
  }
  const std::vector<Indices> members = shuffled_by_class(labels, classes, spec.split_seed);
  const std::vector<std::int64_t> sizes = sizes_of(members);
  const std::vector<std::int64_t> held_out = apportion(spec.validation, sizes);
  std::vector<std::int64_t> left(sizes.size());
  std::transform(sizes.begin(), sizes.end(), held_out.begin(), left.begin(), std::minus<>());
  const std::vector<std::int64_t> trained = apportion(train, left);

  // Validation first: which images are held out does not depend on how many are trained on.
  Split split;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto middle = members[i].begin() + held_out[i];
    split.validation.insert(split.validation.end(), members[i].begin(), middle);
    split.train.insert(split.train.end(), middle, middle + trained[i]);
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.validation.begin(), split.validation.end());
  return split;
}

Split stratified_split(std::span<const Label> train_labels,
                       std::span<const Label> validation_labels, std::int64_t classes,
                       const sweep::DatasetSpec& spec) {
  return {
      draw_stratified("train", train_labels, classes, spec.train.value_or(std::ssize(train_labels)),
                      spec.split_seed),
      draw_stratified("validation", validation_labels, classes, spec.validation, spec.split_seed)};
}

std::vector<std::int32_t> test_indices(std::span<const Label> labels, std::int64_t classes,
                                       const sweep::DatasetSpec& spec) {
  const std::int64_t wanted = spec.test.value_or(std::ssize(labels));
  check_count("test", wanted, std::ssize(labels));
  const std::vector<Indices> members = by_class(labels, classes);
  return first_of_each(members, apportion(wanted, sizes_of(members)));
}

}  // namespace firesweep::runners::data
