#include "runners/train/fused_training.h"

#include <algorithm>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "base/error.h"
#include "runners/engine/kernels.h"
#include "runners/train/cross_entropy.h"

namespace firesweep::runners::train {

namespace {

std::span<float> span_of(const torch::Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

/// [N, C, H, W] that lies as [N, H, W, C] in memory, as load_batch makes it.
std::span<const float> pixels_of(const torch::Tensor& images) {
  const auto dense = images.permute({0, 2, 3, 1});
  if (!dense.is_contiguous()) {
    throw std::invalid_argument("images are not channels-last");
  }
  return span_of(dense);
}

engine::Element element_of(sweep::Precision precision) {
  return precision == sweep::Precision::kFp32 ? engine::Element::kFp32 : engine::Element::kBf16;
}

}  // namespace

FusedTraining::FusedTraining(models::Network& network, const models::Architecture& architecture,
                             const sweep::TrainingRecipe& recipe)
    : network_(network), architecture_(architecture), recipe_(recipe) {
  bind();
  for (const torch::Tensor& parameter : parameters_) {
    velocities_.push_back(torch::zeros_like(parameter));
  }
}

/// A loaded network has tensors elsewhere, so this is done again after loading.
void FusedTraining::bind() {
  const torch::NoGradGuard no_grad;
  models::to_channels_last(network_);
  parameters_ = network_.parameters();
  engine::ConvolutionWeights weights;
  for (std::size_t i = 0; i + 1 < parameters_.size(); i += 2) {
    for (torch::Tensor& parameter : std::span(parameters_).subspan(i, 2)) {
      parameter.mutable_grad() = torch::zeros_like(parameter);
    }
    weights.push_back({.weight = parameters_[i].data_ptr<float>(),
                       .bias = parameters_[i + 1].data_ptr<float>(),
                       .weight_gradient = parameters_[i].grad().data_ptr<float>(),
                       .bias_gradient = parameters_[i + 1].grad().data_ptr<float>()});
  }
  engine_ = std::make_unique<engine::FusedEngine>(architecture_, element_of(recipe_.precision),
                                                  std::move(weights));
  engine_->prepare(recipe_.batch_size);
}

double FusedTraining::compute_gradients(const Batch& batch, std::uint64_t dropout_key) {
  const auto count = static_cast<std::size_t>(batch.labels.size(0));
  logits_.resize(count * static_cast<std::size_t>(architecture_.classes));
  engine_->forward(pixels_of(batch.images), logits_, /*training=*/true, dropout_key);
  const std::span<const std::int64_t> labels(batch.labels.data_ptr<std::int64_t>(), count);
  const double loss = cross_entropy_backward(logits_, labels, recipe_.label_smoothing);
  if (std::isfinite(loss)) {
    engine_->backward(logits_);
  }
  return loss;
}

double FusedTraining::train_step(const Batch& batch, double learning_rate,
                                 std::uint64_t dropout_key) {
  const double loss = compute_gradients(batch, dropout_key);
  if (std::isfinite(loss)) {
    update(learning_rate);
  }
  return loss;
}

void FusedTraining::update(double learning_rate) {
  double scale = 1.0;
  if (recipe_.gradient_clip_norm > 0.0) {
    double squares = 0.0;
    for (const torch::Tensor& parameter : parameters_) {
      squares += engine::sum_of_squares(span_of(parameter.grad()));
    }
    constexpr double kEpsilon = 1e-6;  // as torch.nn.utils.clip_grad_norm_ has it
    scale = std::min(1.0, recipe_.gradient_clip_norm / (std::sqrt(squares) + kEpsilon));
  }
  const engine::SgdStep step{.learning_rate = static_cast<float>(learning_rate),
                             .momentum = static_cast<float>(recipe_.momentum),
                             .weight_decay = static_cast<float>(recipe_.weight_decay),
                             .gradient_scale = static_cast<float>(scale),
                             .nesterov = recipe_.nesterov};
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    engine::sgd_update(span_of(parameters_[i]), span_of(parameters_[i].grad()),
                       span_of(velocities_[i]), step);
  }
  engine_->weights_changed();
}

torch::Tensor FusedTraining::logits(const torch::Tensor& images) {
  torch::Tensor logits = torch::empty({images.size(0), architecture_.classes}, torch::kFloat32);
  engine_->forward(pixels_of(images), span_of(logits), /*training=*/false);
  return logits;
}

void FusedTraining::save(torch::serialize::OutputArchive& archive) {
  torch::serialize::OutputArchive network(archive.compilation_unit());
  network_.save(network);
  archive.write("network", network);
  for (std::size_t i = 0; i < velocities_.size(); ++i) {
    archive.write(fmt::format("velocity{}", i), velocities_[i], /*is_buffer=*/true);
  }
}

void FusedTraining::load(torch::serialize::InputArchive& archive) {
  torch::serialize::InputArchive network;
  archive.read("network", network);
  network_.load(network);
  bind();
  for (std::size_t i = 0; i < velocities_.size(); ++i) {
    torch::Tensor velocity;
    archive.read(fmt::format("velocity{}", i), velocity, /*is_buffer=*/true);
    if (velocity.sizes() != parameters_[i].sizes()) {
      throw Error("its momentum is of another network");
    }
    velocities_[i].copy_(velocity);  // keeps the memory order
  }
}

std::string FusedTraining::description() const {
  const bool direct = engine_->convolution_kernels() != engine::ConvolutionKernels::kOneDnn;
  return fmt::format("fused, {}, {}oneDNN and {} kernels", sweep::to_string(recipe_.precision),
                     direct ? "direct convolutions, " : "", engine::kernel_target());
}

}  // namespace firesweep::runners::train
