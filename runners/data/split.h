// Which images train, which validate, which test: functions of labels, counts and seed alone, the
// same on every machine.
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

/// Holds validation images out of the training part. Stratified: each class's part of the
/// validation images differs from its fraction of the whole by less than one image (the largest
/// remainders get the odd ones); the training images are drawn likewise from what is left. Which
/// images are held out does not depend on `spec.train`. Throws ConfigError if train + validation
/// exceed what is there.
[[nodiscard]] Split stratified_split(std::span<const Label> labels, std::int64_t classes,
                                     const sweep::DatasetSpec& spec);

/// For a data set with a validation part of its own: each count is drawn from its own part,
/// stratified in the same way. Indices of `validation` are of the validation part. Throws
/// ConfigError if a count exceeds its part.
[[nodiscard]] Split stratified_split(std::span<const Label> train_labels,
                                     std::span<const Label> validation_labels, std::int64_t classes,
                                     const sweep::DatasetSpec& spec);

/// The first `spec.test` images of the test part, balanced likewise; all of them if it is absent.
/// Throws ConfigError if there are fewer.
[[nodiscard]] std::vector<std::int32_t> test_indices(std::span<const Label> labels,
                                                     std::int64_t classes,
                                                     const sweep::DatasetSpec& spec);

}  // namespace firesweep::runners::data
