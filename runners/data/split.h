// Which images are for training, validation and test. Depends only on labels, counts and seed, so
// it is the same on every machine.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runners/data/image_set.h"
#include "sweep/spec/sweep_spec.h"

namespace firesweep::runners::data {

/// Indices of images, ascending.
struct Split {
  std::vector<std::int32_t> train;
  std::vector<std::int32_t> validation;
};

/// Holds validation images out of the training part. Stratified: the number of validation images of
/// each class is proportional to the class size, to within one image. The training images are drawn
/// in the same way from the rest. Which images are held out does not depend on `spec.train`. Throws
/// ConfigError if train + validation exceed the available images.
[[nodiscard]] Split stratified_split(std::span<const Label> labels, std::int64_t classes,
                                     const sweep::DatasetSpec& spec);

/// For a data set with its own validation part: each count is drawn from its own part, stratified
/// in the same way. Indices in `validation` refer to the validation part. Throws ConfigError if a
/// count exceeds its part.
[[nodiscard]] Split stratified_split(std::span<const Label> train_labels,
                                     std::span<const Label> validation_labels, std::int64_t classes,
                                     const sweep::DatasetSpec& spec);

/// The first `spec.test` images of the test part, balanced in the same way; all images without
/// `spec.test`. Throws ConfigError if there are fewer.
[[nodiscard]] std::vector<std::int32_t> test_indices(std::span<const Label> labels,
                                                     std::int64_t classes,
                                                     const sweep::DatasetSpec& spec);

}  // namespace firesweep::runners::data
