#include "runners/data/split.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "runners/data/random.h"
#include "sweep/study/apportion.h"

namespace firesweep::runners::data {
namespace {

using Indices = std::vector<std::int32_t>;

/// Images in the order in which they are handed out.
struct Queue {
  Indices images;
  std::vector<std::int64_t> ends;  // with groups: where a group ends
  std::int64_t taken = 0;
};

std::vector<Queue> by_class(std::span<const Label> labels, std::int64_t classes) {
  std::vector<Queue> queues(static_cast<std::size_t>(classes));
  for (std::size_t image = 0; image < labels.size(); ++image) {
    queues.at(labels[image]).images.push_back(static_cast<std::int32_t>(image));
  }
  return queues;
}

/// Each class in the order that `seed` shuffles it into.
std::vector<Queue> shuffled_by_class(std::span<const Label> labels, std::int64_t classes,
                                     std::uint64_t seed) {
  std::vector<Queue> queues = by_class(labels, classes);
  for (std::size_t label = 0; label < queues.size(); ++label) {
    RandomStream random(Stream::kSplit, seed, label);
    shuffle(std::span(queues[label].images), random);
  }
  return queues;
}

/// The same with whole groups, each in the class of its first image.
std::vector<Queue> shuffled_groups(const PartLabels& labels, std::int64_t classes,
                                   std::uint64_t seed) {
  std::unordered_map<std::uint32_t, Indices> members;
  std::vector<std::vector<std::uint32_t>> groups(static_cast<std::size_t>(classes));
  for (std::size_t image = 0; image < labels.train.size(); ++image) {
    const std::uint32_t group = labels.train_groups[image];
    const auto [place, is_new] = members.try_emplace(group);
    place->second.push_back(static_cast<std::int32_t>(image));
    if (is_new) {
      groups.at(labels.train[image]).push_back(group);
    }
  }
  std::vector<Queue> queues(groups.size());
  for (std::size_t label = 0; label < groups.size(); ++label) {
    RandomStream random(Stream::kSplit, seed, label);
    shuffle(std::span(groups[label]), random);
    for (const std::uint32_t group : groups[label]) {
      const Indices& images = members.at(group);
      queues[label].images.insert(queues[label].images.end(), images.begin(), images.end());
      queues[label].ends.push_back(std::ssize(queues[label].images));
    }
  }
  return queues;
}

/// The end of the group that is nearest to `wanted` images from what is taken; the first group's if
/// no end is nearer.
std::int64_t nearest_end(const Queue& queue, std::int64_t wanted) {
  const auto next = std::ranges::upper_bound(queue.ends, queue.taken);
  if (wanted == 0 || next == queue.ends.end()) {
    return queue.taken;
  }
  const std::int64_t target = queue.taken + wanted;
  return *std::min_element(next, queue.ends.end(), [&](std::int64_t a, std::int64_t b) {
    return std::abs(a - target) < std::abs(b - target);
  });
}

/// Takes `wanted` images, or whole groups of about as many, and appends them.
void take(Queue& queue, std::int64_t wanted, Indices& into) {
  const std::int64_t end = queue.ends.empty() ? queue.taken + wanted : nearest_end(queue, wanted);
  into.insert(into.end(), queue.images.begin() + queue.taken, queue.images.begin() + end);
  queue.taken = end;
}

/// Takes `count` images of all classes together, in proportion to what each has left.
Indices take_stratified(std::string_view key, std::vector<Queue>& queues, std::int64_t count) {
  std::vector<std::int64_t> left;
  for (const Queue& queue : queues) {
    left.push_back(std::ssize(queue.images) - queue.taken);
  }
  const std::int64_t available = std::accumulate(left.begin(), left.end(), std::int64_t{0});
  if (count < 0 || count > available) {
    throw ConfigError(fmt::format("dataset.{}: too many images; got {}; expected at most {}", key,
                                  count, available));
  }
  const std::vector<std::int64_t> quotas = sweep::apportion(count, left);
  Indices taken;
  for (std::size_t label = 0; label < queues.size(); ++label) {
    take(queues[label], quotas[label], taken);
  }
  std::ranges::sort(taken);
  return taken;
}

/// What is left, at most `count` images: training needs no whole groups.
Indices take_rest(std::vector<Queue>& queues, std::int64_t count) {
  std::int64_t left = 0;
  for (Queue& queue : queues) {
    left += std::ssize(queue.images) - queue.taken;
    queue.ends.clear();
  }
  return take_stratified("train", queues, std::min(count, left));
}

}  // namespace

Split split_images(const PartLabels& labels, std::int64_t classes,
                   const sweep::DatasetSpec& dataset) {
  const std::uint64_t seed = dataset.split_seed;
  const bool grouped = !labels.train_groups.empty();
  std::vector<Queue> train = grouped ? shuffled_groups(labels, classes, seed)
                                     : shuffled_by_class(labels.train, classes, seed);
  Split split;
  if (labels.test.empty()) {
    split.test = take_stratified("test", train, dataset.test.value_or(0));
  } else {
    std::vector<Queue> own = by_class(labels.test, classes);
    split.test = take_stratified("test", own, dataset.test.value_or(0));
  }
  if (labels.validation.empty()) {
    split.validation = take_stratified("validation", train, dataset.validation.value_or(0));
  } else {
    std::vector<Queue> own = shuffled_by_class(labels.validation, classes, seed);
    split.validation = take_stratified("validation", own, dataset.validation.value_or(0));
  }
  split.train = grouped ? take_rest(train, dataset.train.value_or(std::ssize(labels.train)))
                        : take_stratified("train", train, dataset.train.value_or(0));
  return split;
}

std::vector<std::int64_t> class_counts(std::span<const Label> labels, std::int64_t classes) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(classes));
  for (const Label label : labels) {
    ++counts.at(label);
  }
  return counts;
}

std::vector<std::int64_t> class_counts(std::span<const std::int32_t> indices,
                                       std::span<const Label> labels, std::int64_t classes) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(classes));
  for (const std::int32_t index : indices) {
    ++counts.at(labels[static_cast<std::size_t>(index)]);
  }
  return counts;
}

}  // namespace firesweep::runners::data
