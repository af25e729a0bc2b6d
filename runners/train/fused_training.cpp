#include "runners/train/fused_training.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "runners/engine/kernels.h"
#include "runners/train/adaptive_clipping.h"
#include "runners/train/cross_entropy.h"

namespace firesweep::runners::train {

namespace {

std::span<float> span_of(const torch::Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

/// [N, C, H, W] in memory order [N, H, W, C], as load_batch makes it.
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

/// Suffixes of a stage's name: of the module that holds a convolution and its batch normalisation,
/// then of the convolution in it.
struct ModuleNames {
  std::string_view block;
  std::string_view convolution;
};

/// Modules of a stage's convolutions as models::Network registers them, in the order of
/// models::convolutions_of(). There may be more names than convolutions: the last ones are
/// optional.
struct ModulesOf {
  std::vector<ModuleNames> operator()(const models::Convolution& /*convolution*/) const {
    return {{"", ".conv"}};
  }
  std::vector<ModuleNames> operator()(const models::Fire& /*fire*/) const {
    return {
        {".squeeze", ".conv"}, {".expand1x1", ".conv"}, {".expand3x3", ".conv"}, {".bypass", ""}};
  }
  std::vector<ModuleNames> operator()(const models::MaxPool& /*pool*/) const { return {}; }
  std::vector<ModuleNames> operator()(const models::Dropout& /*dropout*/) const { return {}; }
  std::vector<ModuleNames> operator()(const models::GlobalAveragePool& /*pool*/) const {
    return {};
  }
};

using NamedTensors = torch::OrderedDict<std::string, torch::Tensor>;

/// Throws Error if it is missing or of other sizes; `kind` is what a message calls it.
torch::Tensor& bound_tensor(NamedTensors& tensors, std::string_view kind, const std::string& name,
                            at::IntArrayRef sizes) {
  torch::Tensor* const tensor = tensors.find(name);
  if (tensor == nullptr) {
    throw Error(fmt::format("the network has no {} {}", kind, name));
  }
  if (tensor->sizes() != sizes) {
    throw Error(fmt::format("the network's {} is [{}]; expected [{}]", name,
                            fmt::join(tensor->sizes(), ", "), fmt::join(sizes, ", ")));
  }
  return *tensor;
}

/// With a gradient of its own.
torch::Tensor& bound_parameter(NamedTensors& parameters, const std::string& name,
                               at::IntArrayRef sizes) {
  torch::Tensor& parameter = bound_tensor(parameters, "parameter", name, sizes);
  parameter.mutable_grad() = torch::zeros_like(parameter);
  return parameter;
}

/// A network's tensors by name.
struct NamedOf {
  NamedTensors parameters;
  NamedTensors buffers;
};

/// Of the batch normalisation behind a convolution of the module `block`.
engine::NormWeights bound_norm(NamedOf& network, const std::string& block, std::int64_t channels) {
  const std::string name = block + ".norm";
  torch::Tensor& scale = bound_parameter(network.parameters, name + ".weight", {channels});
  torch::Tensor& shift = bound_parameter(network.parameters, name + ".bias", {channels});
  const auto buffer = [&](const char* of, at::IntArrayRef sizes) -> torch::Tensor& {
    return bound_tensor(network.buffers, "buffer", name + of, sizes);
  };
  return {.scale = scale.data_ptr<float>(),
          .shift = shift.data_ptr<float>(),
          .scale_gradient = scale.grad().data_ptr<float>(),
          .shift_gradient = shift.grad().data_ptr<float>(),
          .running_mean = buffer(".running_mean", {channels}).data_ptr<float>(),
          .running_variance = buffer(".running_var", {channels}).data_ptr<float>(),
          .batches = buffer(".num_batches_tracked", {}).data_ptr<std::int64_t>()};
}

/// By name, so that nothing depends on the order of modules.
engine::ConvolutionWeights bound_weights(const models::Network& network,
                                         const models::Architecture& architecture) {
  NamedOf named{network.named_parameters(), network.named_buffers()};
  engine::ConvolutionWeights weights;
  for (const models::Stage& stage : architecture.stages) {
    const auto modules = std::visit(ModulesOf{}, stage.operation);
    const auto convolutions = models::convolutions_of(stage.operation);
    for (std::size_t i = 0; i < convolutions.size(); ++i) {
      const models::Convolution& of = convolutions[i];
      const auto [block, convolution] = modules.at(i);
      const std::string module = stage.name + std::string(block);
      const std::string name = module + std::string(convolution);
      torch::Tensor& weight =
          bound_parameter(named.parameters, name + ".weight",
                          {of.out_channels, of.in_channels, of.kernel, of.kernel});
      torch::Tensor& bias = bound_parameter(named.parameters, name + ".bias", {of.out_channels});
      weights.push_back({.weight = weight.data_ptr<float>(),
                         .bias = bias.data_ptr<float>(),
                         .weight_gradient = weight.grad().data_ptr<float>(),
                         .bias_gradient = bias.grad().data_ptr<float>(),
                         .norm = of.batch_norm ? bound_norm(named, module, of.out_channels)
                                               : engine::NormWeights{}});
    }
  }
  return weights;
}

}  // namespace

FusedTraining::FusedTraining(models::Network& network, const models::Architecture& architecture,
                             const sweep::TrainingRecipe& recipe, std::vector<float> class_weights)
    : network_(network),
      architecture_(architecture),
      recipe_(recipe),
      class_weights_(std::move(class_weights)) {
  bind();
  for (const torch::Tensor& parameter : parameters_) {
    velocities_.push_back(torch::zeros_like(parameter));
  }
}

/// Loading a network replaces its tensors, so this is repeated after loading.
void FusedTraining::bind() {
  const torch::NoGradGuard no_grad;
  models::to_channels_last(network_);
  parameters_ = network_.parameters();
  engine::ConvolutionWeights weights = bound_weights(network_, architecture_);
  std::size_t bound = 2 * weights.size();
  for (const engine::Weights& of : weights) {
    bound += of.norm.present() ? 2 : 0;
  }
  engine_ = std::make_unique<engine::FusedEngine>(architecture_, element_of(recipe_.precision),
                                                  std::move(weights));
  if (bound != parameters_.size()) {  // after the engine's own checks
    throw Error(
        fmt::format("the network has {} parameters; expected {}", parameters_.size(), bound));
  }
  engine_->prepare(recipe_.batch_size);
}

double FusedTraining::compute_gradients(const Batch& batch, std::uint64_t dropout_key) {
  const auto count = static_cast<std::size_t>(batch.labels.size(0));
  logits_.resize(count * static_cast<std::size_t>(architecture_.classes));
  engine_->forward(pixels_of(batch.images), logits_, /*training=*/true, dropout_key);
  const std::span<const std::int64_t> labels(batch.labels.data_ptr<std::int64_t>(), count);
  const double loss = class_weights_.empty()
                          ? cross_entropy_backward(logits_, labels, recipe_.label_smoothing)
                          : weighted_cross_entropy_backward(
                                logits_, labels, recipe_.label_smoothing, class_weights_);
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
  if (recipe_.adaptive_clip > 0.0) {
    clip_adaptively(parameters_, recipe_.adaptive_clip, scale);
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

void FusedTraining::save_optimizer(torch::serialize::OutputArchive& archive) {
  for (std::size_t i = 0; i < velocities_.size(); ++i) {
    archive.write(fmt::format("velocity{}", i), velocities_[i], /*is_buffer=*/true);
  }
}

void FusedTraining::load_optimizer(torch::serialize::InputArchive& archive) {
  for (std::size_t i = 0; i < velocities_.size(); ++i) {
    torch::Tensor velocity;
    archive.read(fmt::format("velocity{}", i), velocity, /*is_buffer=*/true);
    if (velocity.sizes() != parameters_[i].sizes()) {
      throw Error("its momentum belongs to a different network");
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
