// How one training step is computed: two engines behind one interface. LibTorch's operators with
// autograd (the tests' oracle, and the engine on GPUs), and the fused engine of runners/engine.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <torch/serialize/archive.h>

#include "models/network.h"
#include "runners/train/batches.h"
#include "sweep/spec/training_recipe.h"

namespace firesweep::runners::train {

class TrainingEngine {
 public:
  virtual ~TrainingEngine() = default;

  /// Forward, backward and update of the weights on one batch; the batch's mean loss. Weights stay
  /// as they are if the loss is not finite. `dropout_key` names the step's dropout stream.
  [[nodiscard]] virtual double train_step(const Batch& batch, double learning_rate,
                                          std::uint64_t dropout_key) = 0;
  /// Of images [N, C, H, W] (as in Batch): logits [N, classes], float32, contiguous, on the CPU.
  /// In evaluation mode, without gradients.
  [[nodiscard]] virtual torch::Tensor logits(const torch::Tensor& images) = 0;

  /// To be called when the network has been loaded: its tensors may have moved.
  virtual void weights_loaded() = 0;
  /// Momentum, without the weights. Loading throws Error or c10::Error if it is of another network
  /// or engine.
  virtual void save_optimizer(torch::serialize::OutputArchive& archive) = 0;
  virtual void load_optimizer(torch::serialize::InputArchive& archive) = 0;

  /// For a log: the engine that runs, and why not a faster one.
  [[nodiscard]] virtual std::string description() const = 0;
};

/// The engine that the recipe requests; the reference engine where the fused one can't train this
/// architecture on this device (see description()). `network` must outlive it. `class_weights`
/// [classes] weigh the loss as weighted_cross_entropy_backward has it; empty: no weights.
[[nodiscard]] std::unique_ptr<TrainingEngine> make_training_engine(
    models::Network& network, const models::Architecture& architecture,
    const sweep::TrainingRecipe& recipe, torch::Device device,
    const std::vector<float>& class_weights = {});

/// Throws Error for bf16 on a CPU without instructions for it: silently emulated, it would be many
/// times slower than fp32.
void check_precision(sweep::Precision precision, torch::Device device);

}  // namespace firesweep::runners::train
