#include "runners/train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <torch/utils.h>

#include "runners/data/random.h"
#include "runners/train/class_weights.h"
#include "runners/train/stop_request.h"

namespace firesweep::runners::train {

namespace {

std::uint64_t torch_seed(std::uint64_t seed, std::int64_t epoch) {
  return data::RandomStream(data::Stream::kTorch, seed, static_cast<std::uint64_t>(epoch)).next();
}

/// Images that the data-dependent initialisation looks at, spread evenly over the training part.
constexpr std::size_t kInitialImages = 64;

/// In one thread, so that the bits do not depend on the number of threads.
void standardize(models::Network& network, const TrainingData& data) {
  const std::size_t count = std::min(kInitialImages, data.train.size());
  std::vector<std::int32_t> indices;
  for (std::size_t i = 0; i < count; ++i) {
    indices.push_back(data.train[i * data.train.size() / count]);
  }
  Batch batch;
  load_batch(data.images, indices, data.normalization, batch);
  const int threads = torch::get_num_threads();
  torch::set_num_threads(1);
  network.standardize(batch.images);
  torch::set_num_threads(threads);
}

}  // namespace

std::uint64_t dropout_key(std::uint64_t seed, std::int64_t step) {
  return data::RandomStream(data::Stream::kDropout, seed, static_cast<std::uint64_t>(step)).next();
}

Trainer::Trainer(const models::Architecture& architecture, const sweep::TrainingRecipe& recipe,
                 const TrainingData& data, std::uint64_t seed)
    : data_(data), recipe_(recipe), seed_(seed) {
  torch::manual_seed(torch_seed(seed, 0));
  network_ = models::make_network(architecture);
  if (architecture.initialization.weights == models::WeightInit::kDataDependent) {
    standardize(*network_, data_);
  }
  network_->to(data_.device);
  std::vector<float> class_weights;
  if (recipe.class_weights == sweep::ClassWeights::kBalanced) {
    class_weights = balanced_class_weights(data_.images.labels, data_.train, architecture.classes);
  }
  engine_ = make_training_engine(*network_, architecture, recipe, data_.device, class_weights);
}

TrainedEpoch Trainer::train_epoch(const StepCallback& on_step) {
  const auto start = std::chrono::steady_clock::now();
  const std::int64_t epoch = epochs_done_ + 1;
  torch::manual_seed(torch_seed(seed_, epoch));
  EpochBatches batches(data_.images, data_.train, data_.normalization,
                       batches::augmentation_of(recipe_), recipe_.batch_size, seed_, epoch);
  const std::int64_t steps_per_epoch = batches.batch_count();
  std::int64_t step = epochs_done_ * steps_per_epoch;

  TrainedEpoch result;
  double loss_sum = 0.0;
  Batch batch;
  while (batches.next(batch)) {
    result.learning_rate = sweep::learning_rate_at(recipe_, step, recipe_.epochs * steps_per_epoch);
    const double loss = engine_->train_step(batch, result.learning_rate, dropout_key(seed_, step));
    if (!std::isfinite(loss)) {
      result.diverged_at_step = step;
      break;
    }
    loss_sum += loss * static_cast<double>(batch.labels.size(0));
    result.images += batch.labels.size(0);
    ++step;
    throw_if_stop_requested();
    if (on_step) {
      on_step(result.images);
    }
  }
  result.loss = result.images > 0 ? loss_sum / static_cast<double>(result.images) : 0.0;
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  epochs_done_ = epoch;
  return result;
}

}  // namespace firesweep::runners::train
