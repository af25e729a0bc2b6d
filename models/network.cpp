#include "models/network.h"

#include <algorithm>

#include <torch/nn/functional/dropout.h>
#include <torch/nn/functional/pooling.h>

#include "models/fire.h"
#include "models/initialization.h"

namespace firesweep::models {

namespace {

struct ModuleOf {
  std::shared_ptr<torch::nn::Module> operator()(const Convolution& conv) const {
    return std::make_shared<ConvolutionBlockImpl>(conv);
  }
  std::shared_ptr<torch::nn::Module> operator()(const Fire& fire) const {
    return std::make_shared<FireImpl>(fire);
  }
  std::shared_ptr<torch::nn::Module> operator()(const MaxPool& /*pool*/) const { return nullptr; }
  std::shared_ptr<torch::nn::Module> operator()(const Dropout& /*dropout*/) const {
    return nullptr;
  }
  std::shared_ptr<torch::nn::Module> operator()(const GlobalAveragePool& /*pool*/) const {
    return nullptr;
  }
};

/// Runs one stage on [N, C, H, W].
struct Apply {
  const torch::Tensor& input;
  torch::nn::Module* module;
  bool training;

  torch::Tensor operator()(const Convolution& /*conv*/) const {
    return static_cast<ConvolutionBlockImpl*>(module)->forward(input);
  }
  torch::Tensor operator()(const Fire& /*fire*/) const {
    return static_cast<FireImpl*>(module)->forward(input);
  }
  torch::Tensor operator()(const MaxPool& pool) const {
    return torch::max_pool2d(input, pool.kernel, pool.stride, /*padding=*/0, /*dilation=*/1,
                             pool.ceil_mode);
  }
  torch::Tensor operator()(const Dropout& dropout) const {
    return torch::dropout(input, dropout.probability, training);
  }
  torch::Tensor operator()(const GlobalAveragePool& /*pool*/) const { return input.mean({2, 3}); }
};

/// As Apply, for stages with weights.
struct Standardize {
  const torch::Tensor& input;
  torch::nn::Module* module;

  torch::Tensor operator()(const Convolution& /*conv*/) const {
    return static_cast<ConvolutionBlockImpl*>(module)->standardize(input, 0.0);
  }
  torch::Tensor operator()(const Fire& /*fire*/) const {
    return static_cast<FireImpl*>(module)->standardize(input);
  }
  template <typename Other>
  torch::Tensor operator()(const Other& other) const {
    return Apply{input, module, /*training=*/false}(other);
  }
};

}  // namespace

Network::Network(const Architecture& architecture) : stages_(architecture.stages) {
  for (const Stage& stage : stages_) {
    auto module = std::visit(ModuleOf{}, stage.operation);
    if (module) {
      register_module(stage.name, module);
    }
    modules_.push_back(std::move(module));
  }
  to_channels_last(*this);
}

torch::Tensor Network::forward(torch::Tensor images) {
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    images = std::visit(Apply{images, modules_[i].get(), is_training()}, stages_[i].operation);
  }
  return images;
}

void Network::standardize(torch::Tensor images) {
  const torch::NoGradGuard no_grad;
  const auto last = std::find_if(modules_.rbegin(), modules_.rend(),
                                 [](const auto& module) { return module != nullptr; });
  const auto count = static_cast<std::size_t>(modules_.rend() - last) - 1;
  for (std::size_t i = 0; i < count; ++i) {
    images = std::visit(Standardize{images, modules_[i].get()}, stages_[i].operation);
  }
}

/// `.contiguous(ChannelsLast)` does not change a weight with one input channel, and then the whole
/// network runs in NCHW. A copy with explicit strides avoids that.
void to_channels_last(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : module.parameters()) {
    if (parameter.dim() == 4) {
      parameter.set_data(parameter.to(parameter.options(), /*non_blocking=*/false, /*copy=*/true,
                                      torch::MemoryFormat::ChannelsLast));
    }
  }
}

std::shared_ptr<Network> make_network(const Architecture& architecture) {
  auto network = std::make_shared<Network>(architecture);
  initialize(*network, architecture.initialization);
  return network;
}

std::int64_t parameter_count(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : module.parameters()) {
    count += parameter.numel();
  }
  return count;
}

}  // namespace firesweep::models
