#pragma once

#include <torch/nn/module.h>

#include "models/architecture.h"

namespace firesweep::models {

/// Draws every convolution's weights, in order of registration, from LibTorch's default generator.
/// Biases are set to zero. Kaiming: normal with variance 2 / fan_in (arXiv 1502.01852, eq. 10).
/// Xavier: uniform with variance 2 / (fan_in + fan_out) (Glorot and Bengio 2010, eq. 16). The
/// network's last convolution is Gaussian with `classifier_std`, as in the released SqueezeNet
/// solver.
void initialize(torch::nn::Module& network, const Initialization& initialization);

}  // namespace firesweep::models
