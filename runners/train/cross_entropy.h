// Softmax cross entropy and its gradient, without autograd.
#pragma once

#include <cstdint>
#include <span>

namespace firesweep::runners::train {

/// Mean over the batch of the cross entropy of logits [N, classes] with labels [N], each label
/// smoothed: 1 - label_smoothing at the label plus label_smoothing / classes everywhere (Szegedy et
/// al., arXiv 1512.00567, section 7). `logits` are replaced by the gradient of that mean.
[[nodiscard]] double cross_entropy_backward(std::span<float> logits,
                                            std::span<const std::int64_t> labels,
                                            double label_smoothing);

/// The same with a weight for each class [classes], as PyTorch's cross_entropy(weight=...,
/// label_smoothing=...) has it: the term of class c in an image's loss is multiplied by
/// `class_weights[c]`, and the sum over the batch is divided by the sum of its labels' weights.
[[nodiscard]] double weighted_cross_entropy_backward(std::span<float> logits,
                                                     std::span<const std::int64_t> labels,
                                                     double label_smoothing,
                                                     std::span<const float> class_weights);

}  // namespace firesweep::runners::train
