// Training with the fused engine: no autograd, gradients and momentum in tensors of its own, the
// update in one pass over each.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runners/engine/fused_engine.h"
#include "runners/train/training_engine.h"

namespace firesweep::runners::train {

class FusedTraining : public TrainingEngine {
 public:
  /// On the CPU. Throws engine::Unsupported. Throws Error if the network's parameters are
  /// not, by name and size, those of the architecture. Gradients are written to the parameters'
  /// grad(). `class_weights` as in make_training_engine.
  FusedTraining(models::Network& network, const models::Architecture& architecture,
                const sweep::TrainingRecipe& recipe, std::vector<float> class_weights = {});

  double train_step(const Batch& batch, double learning_rate, std::uint64_t dropout_key) override;
  torch::Tensor logits(const torch::Tensor& images) override;
  void weights_loaded() override { bind(); }
  void save_optimizer(torch::serialize::OutputArchive& archive) override;
  void load_optimizer(torch::serialize::InputArchive& archive) override;
  std::string description() const override;

  /// The first half of train_step(): loss and gradients, weights unchanged.
  [[nodiscard]] double compute_gradients(const Batch& batch, std::uint64_t dropout_key);
  [[nodiscard]] engine::FusedEngine& engine() { return *engine_; }

 private:
  void bind();
  void update(double learning_rate);

  models::Network& network_;
  models::Architecture architecture_;
  sweep::TrainingRecipe recipe_;
  std::vector<float> class_weights_;  // [classes], or empty
  std::vector<torch::Tensor> parameters_;
  std::vector<torch::Tensor> velocities_;  // momentum buffers, in the parameters' memory order
  std::unique_ptr<engine::FusedEngine> engine_;
  std::vector<float> logits_;  // [N, classes]; their gradient after the loss
};

}  // namespace firesweep::runners::train
