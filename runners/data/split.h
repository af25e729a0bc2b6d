// Which images are for training, validation and test. Depends only on labels, groups, counts and
// seed, so it is the same on every machine.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runners/data/image_set.h"
#include "sweep/spec/sweep_spec.h"

namespace firesweep::runners::data {

/// Indices of images, ascending: of the data set's own validation or test part if it has one, else
/// of its training part.
struct Split {
  std::vector<std::int32_t> train;
  std::vector<std::int32_t> validation;
  std::vector<std::int32_t> test;
};

/// The labels of the parts that a data set has.
struct PartLabels {
  std::span<const Label> train{};
  std::span<const Label> validation{};  // empty: held out of train
  std::span<const Label> test{};        // empty: held out of train
  /// One per training image: images of one group are held out together. Empty: each image is a
  /// group.
  std::span<const std::uint32_t> train_groups{};
};

/// Stratified: in each part, the number of images of a class is proportional to the class size, to
/// within one image. Held-out test images do not depend on the other counts, nor held-out
/// validation images on the number of training images. Images of an own test part are the first of
/// each class; all others are drawn by `split_seed`.
///
/// With groups, each class is held out in whole groups, as near to its share as their sizes allow;
/// a group counts for the class of its first image. Then `train` is a maximum, and may be absent.
///
/// `dataset` must be resolved (sweep/study/trial.h). Throws ConfigError if a count exceeds its
/// part.
[[nodiscard]] Split split_images(const PartLabels& labels, std::int64_t classes,
                                 const sweep::DatasetSpec& dataset);

/// Images of each class.
[[nodiscard]] std::vector<std::int64_t> class_counts(std::span<const Label> labels,
                                                     std::int64_t classes);
/// Images of each class among those at `indices`.
[[nodiscard]] std::vector<std::int64_t> class_counts(std::span<const std::int32_t> indices,
                                                     std::span<const Label> labels,
                                                     std::int64_t classes);

}  // namespace firesweep::runners::data
