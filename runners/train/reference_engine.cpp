#include "runners/train/reference_engine.h"

#include <cmath>
#include <utility>

#include <torch/nn/functional/loss.h>
#include <torch/nn/utils/clip_grad.h>

#include "models/torch_compat.h"
#include "runners/train/adaptive_clipping.h"

namespace firesweep::runners::train {

namespace {

torch::optim::SGDOptions sgd_options(const sweep::TrainingRecipe& recipe) {
  return torch::optim::SGDOptions(recipe.learning_rate)
      .momentum(recipe.momentum)
      .nesterov(recipe.nesterov)
      .weight_decay(recipe.weight_decay);
}

/// Undefined for no weights.
torch::Tensor tensor_of(std::span<const float> weights, torch::Device device) {
  return weights.empty()
             ? torch::Tensor()
             : torch::tensor(at::ArrayRef<float>(weights.data(), weights.size())).to(device);
}

void set_learning_rate(torch::optim::SGD& optimizer, double learning_rate) {
  for (auto& group : optimizer.param_groups()) {
    static_cast<torch::optim::SGDOptions&>(group.options()).lr(learning_rate);
  }
}

}  // namespace

ReferenceEngine::ReferenceEngine(models::Network& network, const sweep::TrainingRecipe& recipe,
                                 torch::Device device, std::string description,
                                 std::span<const float> class_weights)
    : network_(network),
      recipe_(recipe),
      device_(device),
      autocast_(recipe.precision != sweep::Precision::kFp32),
      description_(std::move(description)),
      class_weights_(tensor_of(class_weights, device)),
      optimizer_(network.parameters(), sgd_options(recipe)) {}

double ReferenceEngine::train_step(const Batch& batch, double learning_rate,
                                   std::uint64_t /*dropout_key*/) {
  network_.train();
  optimizer_.zero_grad();
  torch::Tensor loss;
  {
    const models::Bf16AutocastGuard autocast(autocast_, device_.type());
    const torch::Tensor logits = network_.forward(batch.images.to(device_)).to(torch::kFloat32);
    loss = torch::nn::functional::cross_entropy(logits, batch.labels.to(device_),
                                                torch::nn::functional::CrossEntropyFuncOptions()
                                                    .weight(class_weights_)
                                                    .label_smoothing(recipe_.label_smoothing));
  }
  const double value = loss.item<double>();
  if (!std::isfinite(value)) {
    return value;
  }
  loss.backward();
  if (recipe_.gradient_clip_norm > 0.0) {
    torch::nn::utils::clip_grad_norm_(network_.parameters(), recipe_.gradient_clip_norm);
  }
  if (recipe_.adaptive_clip > 0.0) {
    clip_adaptively(network_.parameters(), recipe_.adaptive_clip, /*scale=*/1.0);
  }
  set_learning_rate(optimizer_, learning_rate);
  optimizer_.step();
  return value;
}

torch::Tensor ReferenceEngine::logits(const torch::Tensor& images) {
  const torch::NoGradGuard no_grad;
  network_.eval();
  const models::Bf16AutocastGuard autocast(autocast_, device_.type());
  return network_.forward(images.to(device_)).to(torch::kFloat32).contiguous().to(torch::kCPU);
}

void ReferenceEngine::save_optimizer(torch::serialize::OutputArchive& archive) {
  optimizer_.save(archive);
}

void ReferenceEngine::load_optimizer(torch::serialize::InputArchive& archive) {
  optimizer_.load(archive);
}

}  // namespace firesweep::runners::train
