// Training with LibTorch's operators, autograd and optimizer.
#pragma once

#include <span>
#include <string>

#include <torch/optim/sgd.h>

#include "runners/train/training_engine.h"

namespace firesweep::runners::train {

class ReferenceEngine : public TrainingEngine {
 public:
  /// `class_weights` as in make_training_engine.
  ReferenceEngine(models::Network& network, const sweep::TrainingRecipe& recipe,
                  torch::Device device, std::string description,
                  std::span<const float> class_weights = {});

  double train_step(const Batch& batch, double learning_rate, std::uint64_t dropout_key) override;
  torch::Tensor logits(const torch::Tensor& images) override;
  void weights_loaded() override {}
  void save_optimizer(torch::serialize::OutputArchive& archive) override;
  void load_optimizer(torch::serialize::InputArchive& archive) override;
  std::string description() const override { return description_; }

 private:
  models::Network& network_;
  sweep::TrainingRecipe recipe_;
  torch::Device device_;
  bool autocast_;
  std::string description_;
  torch::Tensor class_weights_;  // [classes], or undefined
  torch::optim::SGD optimizer_;
};

}  // namespace firesweep::runners::train
