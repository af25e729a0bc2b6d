// Weights of the classes in the training loss.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runners/data/image_set.h"

namespace firesweep::runners::train {

/// n / (K n_c) for a class with n_c of the n images at `indices`, where K is the number of classes
/// with images there; 0 for a class without. As scikit-learn's compute_class_weight('balanced')
/// (King & Zeng, "Logistic regression in rare events data", Political Analysis 9(2), 2001). An
/// element for each of `classes`. Precondition: at least one image.
[[nodiscard]] std::vector<float> balanced_class_weights(std::span<const data::Label> labels,
                                                        std::span<const std::int32_t> indices,
                                                        std::int64_t classes);

}  // namespace firesweep::runners::train
