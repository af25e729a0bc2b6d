// Adaptive gradient clipping (A. Brock et al., "High-performance large-scale image recognition
// without normalization", arXiv 2102.06171, section 4.1): no filter's gradient is longer than a
// fraction of the filter's own norm. Of a network whose module has a single squeeze filter, a step
// that breaks this filter breaks everything.
#pragma once

#include <vector>

#include <torch/types.h>

namespace firesweep::runners::train {

/// A filter with a smaller norm counts with this one: else biases that start at 0 would stay there.
inline constexpr double kSmallestFilterNorm = 0.01;

/// Scales down the gradients whose norm is above `limit` times the norm of their filter, after
/// `scale` is applied to all gradients (which it does not do). A filter is weight[k] of a
/// convolution, or the whole tensor of biases. The last convolution is left out, as in the paper.
/// `parameters` are those of a network, in order, on one device.
void clip_adaptively(const std::vector<torch::Tensor>& parameters, double limit, double scale);

}  // namespace firesweep::runners::train
