#include "models/initialization.h"

#include <vector>

#include <torch/nn/init.h>
#include <torch/nn/modules/conv.h>

namespace firesweep::models {

namespace {

void draw_weights(torch::Tensor& weight, WeightInit init) {
  switch (init) {
    case WeightInit::kKaiming:
    case WeightInit::kDataDependent:
      torch::nn::init::kaiming_normal_(weight, 0.0, torch::kFanIn, torch::kReLU);
      break;
    case WeightInit::kXavier:
      torch::nn::init::xavier_uniform_(weight);
      break;
  }
}

}  // namespace

void initialize(torch::nn::Module& network, const Initialization& initialization) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::nn::Conv2dImpl*> convolutions;
  for (const auto& module : network.modules(/*include_self=*/false)) {
    if (auto* conv = module->as<torch::nn::Conv2d>()) {
      convolutions.push_back(conv);
    }
  }
  for (torch::nn::Conv2dImpl* conv : convolutions) {
    if (conv == convolutions.back()) {
      conv->weight.normal_(0.0, initialization.classifier_std);
    } else {
      draw_weights(conv->weight, initialization.weights);
    }
    conv->bias.zero_();
  }
}

}  // namespace firesweep::models
