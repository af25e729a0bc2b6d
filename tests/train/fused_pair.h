// The fused engine and LibTorch's operators over the same weights.
#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include <torch/nn/functional/loss.h>

#include "models/torch_compat.h"
#include "runners/train/fused_training.h"
#include "tests/train/support.h"

namespace firesweep::runners::train {

struct Case {
  std::string name;
  models::Shape input;
  std::int64_t classes;
  std::int64_t batch;
  Changes model;
};

inline Batch random_batch(const Case& wanted) {
  const models::Shape& shape = wanted.input;
  return {.images = torch::randn({wanted.batch, shape.height, shape.width, shape.channels})
                        .permute({0, 3, 1, 2}),
          .labels = torch::randint(wanted.classes, {wanted.batch}, torch::kInt64)};
}

inline sweep::TrainingRecipe recipe_with(const std::string& precision,
                                         const Changes& changes = {}) {
  Changes all = changes;
  all.emplace_back("precision", precision);
  return sweep::recipe_from(tiny_training(all));
}

/// Two networks with the same weights.
struct Pair {
  Pair(const Case& wanted, const sweep::TrainingRecipe& recipe)
      : architecture(architecture_from(small_model(wanted.model), wanted.input, wanted.classes)) {
    torch::manual_seed(7);
    fused_network = models::make_network(architecture);
    {
      const torch::NoGradGuard no_grad;
      for (torch::Tensor& parameter : fused_network->parameters()) {
        parameter.add_(torch::randn_like(parameter), 0.02);  // biases and the classifier, too
      }
    }
    torch::manual_seed(7);
    reference_network = models::make_network(architecture);
    copy_weights();
    fused = std::make_unique<FusedTraining>(*fused_network, architecture, recipe);
  }

  void copy_weights() const {
    const torch::NoGradGuard no_grad;
    const auto copy = [](const std::vector<torch::Tensor>& from, std::vector<torch::Tensor> to) {
      for (std::size_t i = 0; i < from.size(); ++i) {
        to[i].copy_(from[i]);
      }
    };
    copy(fused_network->parameters(), reference_network->parameters());
    copy(fused_network->buffers(), reference_network->buffers());  // running statistics
  }

  /// Gradients into the reference network's parameters; the loss.
  double reference_gradients(const Batch& batch, bool bf16) const {
    reference_network->train();
    reference_network->zero_grad();
    torch::Tensor loss;
    {
      const models::Bf16AutocastGuard autocast(bf16, torch::kCPU);
      loss = torch::nn::functional::cross_entropy(
          reference_network->forward(batch.images).to(torch::kFloat32), batch.labels);
    }
    loss.backward();
    return loss.item<double>();
  }

  models::Architecture architecture;
  std::shared_ptr<models::Network> fused_network;
  std::shared_ptr<models::Network> reference_network;
  std::unique_ptr<FusedTraining> fused;
};

inline double largest_gradient(const torch::Tensor& parameter) {
  return parameter.grad().abs().max().item<double>();
}

/// Largest error of any gradient, relative to the largest gradient of its tensor. Batch
/// normalisation removes what biases in front of it add, and much of what shifts behind the one
/// before add: such gradients are rounding errors, so there is a least scale.
inline double worst_gradient_error(const models::Network& measured, const models::Network& truth) {
  const auto ours = measured.parameters();
  const auto theirs = truth.parameters();
  double least = 0.0;
  if (!truth.buffers().empty()) {
    for (const torch::Tensor& parameter : theirs) {
      least = std::max(least, 1e-3 * largest_gradient(parameter));
    }
  }
  double worst = 0.0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const double error = (ours[i].grad() - theirs[i].grad()).abs().max().item<double>();
    const double scale = std::max(least, largest_gradient(theirs[i]));
    worst = std::max(worst, scale > 0.0 ? error / scale : error);
  }
  return worst;
}

}  // namespace firesweep::runners::train
