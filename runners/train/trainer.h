// Trains one model, epoch by epoch. The state after an epoch is a function of architecture, recipe,
// data and seed only: data order, augmentation and LibTorch's generator are keyed by (seed,
// epoch), so a trial that resumes from a checkpoint ends bit-identical to one that was never
// stopped.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "models/network.h"
#include "runners/train/batches.h"
#include "runners/train/training_engine.h"
#include "sweep/spec/training_recipe.h"

namespace firesweep::runners::train {

/// Borrowed views of the data one trial sees.
struct TrainingData {
  const data::ImageSet& images;  // the training part
  std::span<const std::int32_t> train;
  const Normalization& normalization;
  torch::Device device = torch::kCPU;  // where the model is trained
};

/// One epoch of training, without evaluation.
struct TrainedEpoch {
  /// Mean over images, label smoothing included. With class weights each batch counts with its
  /// weighted mean.
  double loss = 0.0;
  double learning_rate = 0.0;
  double seconds = 0.0;
  std::int64_t images = 0;
  /// Set if the loss became NaN or infinite; training stopped there.
  std::optional<std::int64_t> diverged_at_step;  // of the whole training, from 0
};

/// Of the dropout stream of a step: a stream of its own for every step, independent of earlier
/// ones.
[[nodiscard]] std::uint64_t dropout_key(std::uint64_t seed, std::int64_t step);

class Trainer {
 public:
  /// Called after every step with the images trained on in this epoch so far.
  using StepCallback = std::function<void(std::int64_t images)>;

  /// Draws the initial weights from `seed`. `data` must outlive the trainer.
  Trainer(const models::Architecture& architecture, const sweep::TrainingRecipe& recipe,
          const TrainingData& data, std::uint64_t seed);

  /// Trains the next epoch.
  TrainedEpoch train_epoch(const StepCallback& on_step = {});

  [[nodiscard]] std::int64_t epochs_done() const { return epochs_done_; }
  [[nodiscard]] models::Network& network() { return *network_; }
  /// Its state: the network's weights and the optimizer's momentum.
  [[nodiscard]] TrainingEngine& engine() { return *engine_; }
  /// For checkpoints: the state held by the engine is that after `epochs` epochs.
  void set_epochs_done(std::int64_t epochs) { epochs_done_ = epochs; }

 private:
  const TrainingData data_;
  sweep::TrainingRecipe recipe_;
  std::uint64_t seed_;
  std::shared_ptr<models::Network> network_;
  std::unique_ptr<TrainingEngine> engine_;
  std::int64_t epochs_done_ = 0;
};

}  // namespace firesweep::runners::train
