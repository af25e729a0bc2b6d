#include "runners/train/trainer.h"

#include <chrono>
#include <cmath>

#include <torch/nn/functional/loss.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/utils.h>

#include "models/torch_compat.h"
#include "runners/data/random.h"
#include "runners/train/stop_request.h"

namespace firesweep::runners {

namespace {

std::uint64_t torch_seed(std::uint64_t seed, std::int64_t epoch) {
  return data::RandomStream(data::Stream::kTorch, seed, static_cast<std::uint64_t>(epoch)).next();
}

torch::optim::SGDOptions sgd_options(const sweep::TrainingRecipe& recipe) {
  return torch::optim::SGDOptions(recipe.learning_rate)
      .momentum(recipe.momentum)
      .nesterov(recipe.nesterov)
      .weight_decay(recipe.weight_decay);
}

void set_learning_rate(torch::optim::SGD& optimizer, double learning_rate) {
  for (auto& group : optimizer.param_groups()) {
    static_cast<torch::optim::SGDOptions&>(group.options()).lr(learning_rate);
  }
}

}  // namespace

Trainer::Trainer(const models::Architecture& architecture, const sweep::TrainingRecipe& recipe,
                 const TrainingData& data, std::uint64_t seed)
    : data_(data), recipe_(recipe), seed_(seed) {
  torch::manual_seed(torch_seed(seed, 0));
  network_ = models::make_network(architecture);
  network_->to(data_.device);
  optimizer_ = std::make_unique<torch::optim::SGD>(network_->parameters(), sgd_options(recipe));
}

TrainedEpoch Trainer::train_epoch(const StepCallback& on_step) {
  const auto start = std::chrono::steady_clock::now();
  const std::int64_t epoch = epochs_done_ + 1;
  torch::manual_seed(torch_seed(seed_, epoch));
  EpochBatches batches(
      data_.images, data_.train, data_.normalization,
      {.crop_padding = recipe_.crop_padding, .horizontal_flip = recipe_.horizontal_flip},
      recipe_.batch_size, seed_, epoch);
  const std::int64_t steps_per_epoch = batches.batch_count();
  std::int64_t step = epochs_done_ * steps_per_epoch;
  network_->train();

  TrainedEpoch result;
  double loss_sum = 0.0;
  Batch batch;
  while (batches.next(batch)) {
    result.learning_rate = sweep::learning_rate_at(recipe_, step, recipe_.epochs * steps_per_epoch);
    const double loss = train_step(batch, result.learning_rate);
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

double Trainer::train_step(const Batch& batch, double learning_rate) {
  optimizer_->zero_grad();
  torch::Tensor loss;
  {
    const models::Bf16AutocastGuard autocast(recipe_.precision == sweep::Precision::kBf16,
                                             data_.device.type());
    const torch::Tensor logits =
        network_->forward(batch.images.to(data_.device)).to(torch::kFloat32);
    loss = torch::nn::functional::cross_entropy(
        logits, batch.labels.to(data_.device),
        torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(recipe_.label_smoothing));
  }
  const double value = loss.item<double>();
  if (!std::isfinite(value)) {
    return value;
  }
  loss.backward();
  if (recipe_.gradient_clip_norm > 0.0) {
    torch::nn::utils::clip_grad_norm_(network_->parameters(), recipe_.gradient_clip_norm);
  }
  set_learning_rate(*optimizer_, learning_rate);
  optimizer_->step();
  return value;
}

}  // namespace firesweep::runners
