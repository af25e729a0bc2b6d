// LibTorch networks built from an Architecture, stage by stage.
#pragma once

#include <memory>
#include <vector>

#include <torch/nn/module.h>

#include "models/architecture.h"

namespace firesweep::models {

/// A network from images [N, C, H, W] to logits [N, classes]. Weights and activations are in
/// channels-last layout throughout, which is what makes convolutions fast on CPUs.
class Network : public torch::nn::Module {
 public:
  explicit Network(const Architecture& architecture);

  /// `images` must be channels-last. So are all activations.
  torch::Tensor forward(torch::Tensor images);

  /// Data-dependent initialisation: scales the weights of every convolution but the last and sets
  /// its biases, so that the responses of each filter to `images` have variance 1, and mean 0 or,
  /// of squeeze filters, 2 (T. Salimans and D. P. Kingma, "Weight Normalization", arXiv 1602.07868,
  /// section 3; layer by layer as LSUV, arXiv 1511.06422). So no filter starts dead, however
  /// deep or narrow the network; only sums behind bypasses grow with depth. Where batch
  /// normalisation does that, only its biases and running statistics are set, and bypass
  /// convolutions start at a tenth.
  void standardize(torch::Tensor images);

 private:
  std::vector<Stage> stages_;
  std::vector<std::shared_ptr<torch::nn::Module>> modules_;  // null where a stage has no weights
};

/// Copies convolution weights into channels-last memory: [K, kh, kw, C].
void to_channels_last(torch::nn::Module& module);

/// Builds the network and draws its weights (models/initialization.h) from LibTorch's default
/// generator, which the caller must seed.
[[nodiscard]] std::shared_ptr<Network> make_network(const Architecture& architecture);

/// Trainable elements.
[[nodiscard]] std::int64_t parameter_count(const torch::nn::Module& module);

}  // namespace firesweep::models
