#include "runners/engine/fused_engine.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "runners/engine/direct/direct_fire.h"
#include "runners/engine/direct/direct_layer.h"
#include "runners/engine/kernels.h"
#include "runners/engine/simple_layers.h"

namespace firesweep::runners::engine {

struct FusedEngine::Plan {
  Plan(Device& device, BufferPool& buffers, Element element, bool training, std::int64_t images_)
      : images(images_), context{device, buffers, lasting, element, training, 0} {}

  std::int64_t images;
  BufferPool lasting;
  PlanContext context;
  Lease input_lease;
  Activation input;
  std::vector<std::unique_ptr<Layer>> layers;
  std::vector<const models::Stage*> stages;  // of the layers
  std::vector<std::size_t> first_norms;      // of the layers' convolutions
  AverageLayer* end = nullptr;
  std::uint64_t packed_version = 0;
};

namespace {

// A sweep's batch, its last, smaller one, the same of evaluation, and some in reserve.
constexpr std::size_t kMaxPlans = 8;

/// Makes the layer of a stage, and takes its weights off `weights`.
struct MakeLayer {
  PlanContext& context;
  const Activation& input;
  std::span<const Weights>& weights;
  bool first;
  ConvolutionKernels kernels;  // resolved

  Weights next_weights() const {
    const Weights taken = weights.front();
    weights = weights.subspan(1);
    return taken;
  }
  std::unique_ptr<Layer> operator()(const models::Convolution& convolution) const {
    const bool direct =
        kernels == ConvolutionKernels::kDirect || kernels == ConvolutionKernels::kDirectSums;
    if (direct && DirectLayer::serves(convolution, first)) {
      return std::make_unique<DirectLayer>(context, convolution, input, next_weights(), first);
    }
    return std::make_unique<ConvolutionLayer>(context, convolution, input, next_weights(), first);
  }
  std::unique_ptr<Layer> operator()(const models::Fire& fire) const {
    FireWeights own{.squeeze = next_weights(),
                    .expand1x1 = next_weights(),
                    .expand3x3 = next_weights(),
                    .bypass = {}};
    if (fire.shortcut == models::Shortcut::kConvolution) {
      own.bypass = next_weights();
    }
    if (kernels != ConvolutionKernels::kOneDnn) {
      return std::make_unique<DirectFireLayer>(context, fire, input, own);
    }
    return std::make_unique<FireLayer>(context, fire, input, own);
  }
  std::unique_ptr<Layer> operator()(const models::MaxPool& pool) const {
    return std::make_unique<MaxPoolLayer>(context, pool, input);
  }
  std::unique_ptr<Layer> operator()(const models::Dropout& dropout) const {
    return context.training ? std::make_unique<DropoutLayer>(context, dropout, input) : nullptr;
  }
  std::unique_ptr<Layer> operator()(const models::GlobalAveragePool& /*pool*/) const {
    return std::make_unique<AverageLayer>(context, input);
  }
};

void check_supported(const models::Architecture& architecture) {
  const auto& stages = architecture.stages;
  if (stages.empty() || !std::holds_alternative<models::Convolution>(stages.front().operation)) {
    throw Unsupported("a network that does not begin with a convolution");
  }
  if (!std::holds_alternative<models::GlobalAveragePool>(stages.back().operation)) {
    throw Unsupported("a network that does not end with a global pool");
  }
}

}  // namespace

FusedEngine::FusedEngine(const models::Architecture& architecture, Element element,
                         ConvolutionWeights weights, ConvolutionKernels convolution_kernels)
    : architecture_(architecture),
      element_(element),
      convolution_kernels_(resolved(convolution_kernels, element)),
      weights_(std::move(weights)) {
  check_supported(architecture_);
  for (const models::Stage& stage : architecture_.stages) {
    for (const models::Convolution& conv : models::convolutions_of(stage.operation)) {
      const auto inputs = static_cast<std::size_t>(conv.in_channels * conv.kernel * conv.kernel);
      const auto outputs = static_cast<std::size_t>(conv.out_channels);
      weight_counts_.emplace_back(inputs * outputs, outputs);
    }
  }
  check_weights();
  if (models::has_batch_norm(architecture_)) {
    folded_.emplace(weights_, weight_counts_);
  }
}

FusedEngine::~FusedEngine() = default;

void FusedEngine::check_weights() const {
  if (weight_counts_.size() != weights_.size()) {
    throw std::invalid_argument(
        fmt::format("{} convolutions, but weights of {}", weight_counts_.size(), weights_.size()));
  }
  std::size_t i = 0;
  for (const models::Stage& stage : architecture_.stages) {
    for (const models::Convolution& convolution : models::convolutions_of(stage.operation)) {
      if (convolution.batch_norm != weights_[i].norm.present()) {
        throw std::invalid_argument(
            fmt::format("{}: convolution {} {} batch normalisation, its weights {}", stage.name, i,
                        convolution.batch_norm ? "has a" : "has no",
                        weights_[i].norm.present() ? "have one" : "have none"));
      }
      ++i;
    }
  }
}

/// Whether batch normalisations are folded into the plan's weights.
bool FusedEngine::folds(const Plan& plan) const {
  return folded_.has_value() && !plan.context.training;
}

const ConvolutionWeights& FusedEngine::weights_of(const Plan& plan) const {
  return folds(plan) ? folded_->weights() : weights_;
}

FusedEngine::Norms& FusedEngine::norms_of(const Plan& plan) {
  return folds(plan) ? folded_norms_ : norms_;
}

/// Of what is packed for the plan.
std::uint64_t FusedEngine::version_for(const Plan& plan) const {
  return folds(plan) ? weights_version_ + statistics_version_ : weights_version_;
}

FusedEngine::Plan& FusedEngine::plan_for(std::int64_t images, bool training) {
  const auto known = std::ranges::find_if(plans_, [&](const auto& plan) {
    return plan->images == images && plan->context.training == training;
  });
  if (known != plans_.end()) {
    return **known;
  }
  if (plans_.size() == kMaxPlans) {
    plans_.erase(plans_.begin());
  }
  auto plan = std::make_unique<Plan>(device_, buffers_, element_, training, images);
  plan->context.winograd = convolution_kernels_ != ConvolutionKernels::kDirectSums;
  try {
    lay_out(*plan);
  } catch (const dnnl::error& error) {
    throw Unsupported(fmt::format("this design here: oneDNN says '{}'", error.what()));
  }
  plans_.push_back(std::move(plan));
  return *plans_.back();
}

void FusedEngine::lay_out(Plan& plan) {
  const models::Shape& shape = architecture_.input;
  plan.input = {.images = plan.images,
                .height = shape.height,
                .width = shape.width,
                .parts = {{.data = nullptr, .channels = shape.channels}},
                .after_relu = false};
  plan.input_lease = plan.context.take(plan.images * shape.elements());
  plan.input.parts.front().data = plan.input_lease.data();
  std::span<const Weights> weights = weights_of(plan);
  const Activation* input = &plan.input;
  std::size_t convolutions = 0;
  for (const models::Stage& stage : architecture_.stages) {
    const std::size_t first_norm = convolutions;
    convolutions += models::convolutions_of(stage.operation).size();
    auto layer = std::visit(
        MakeLayer{plan.context, *input, weights, plan.layers.empty(), convolution_kernels_},
        stage.operation);
    if (layer == nullptr) {
      continue;
    }
    if (!plan.context.training && !plan.layers.empty()) {
      plan.layers.back()->release();
    }
    plan.layers.push_back(std::move(layer));
    plan.stages.push_back(&stage);
    plan.first_norms.push_back(first_norm);
    input = &plan.layers.back()->output();
  }
  plan.end = static_cast<AverageLayer*>(plan.layers.back().get());
  if (plan.context.training) {
    lay_out_backward(plan);
  }
  plan.input_lease = Lease();
}

void FusedEngine::lay_out_backward(Plan& plan) {
  Gradient gradient;
  for (std::size_t i = plan.layers.size(); i-- > 0;) {
    gradient = plan.layers[i]->plan_backward(std::move(gradient), i > 0);
  }
}

/// Folds them before, where they are.
void FusedEngine::measure_weights(const Plan& plan) {
  Norms& norms = norms_of(plan);
  if (norms.version == version_for(plan)) {
    return;
  }
  if (folds(plan)) {
    folded_->fold();
  }
  norms.of_convolutions.clear();
  const ConvolutionWeights& of = weights_of(plan);
  for (std::size_t i = 0; i < of.size(); ++i) {
    const auto [weights, biases] = weight_counts_[i];
    ConvolutionNorm norm = norm_of({of[i].weight, weights}, {of[i].bias, biases});
    if (of[i].norm.present()) {
      norm.batch_norm = bound_of(of[i].norm, biases);
    }
    norms.of_convolutions.push_back(norm);
  }
  norms.version = version_for(plan);
}

void FusedEngine::pack(Plan& plan) {
  measure_weights(plan);
  if (plan.packed_version != version_for(plan)) {
    for (const auto& layer : plan.layers) {
      layer->pack();
    }
    plan.packed_version = version_for(plan);
  }
}

/// The bound of a layer whose input has one.
double FusedEngine::bound_after(const Plan& plan, std::size_t layer, double input) {
  const models::Stage& stage = *plan.stages[layer];
  return magnitude_bound(stage.operation, input,
                         std::span(norms_of(plan).of_convolutions).subspan(plan.first_norms[layer]),
                         plan.images * stage.output.height * stage.output.width);
}

/// Runs all layers. False if a number may have left the range of floats on the way. The bound of a
/// layer follows from the one before; only where that is too loose the layer's input is checked.
bool FusedEngine::run_forward(const Plan& plan, double largest_input) {
  bool sound = true;
  double bound = largest_input;
  const Activation* input = &plan.input;
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    double after = bound_after(plan, i, bound);
    if (!(after < kMagnitudeLimit) && sound) {
      if (i > 0) {  // the first bound is that of the images themselves
        const auto largest = static_cast<double>(largest_magnitude(*input, element_));
        after = bound_after(plan, i, largest);
      }
      sound = after < kMagnitudeLimit;
    }
    bound = after;
    timed(plan, i, true, [&] { plan.layers[i]->forward(); });
    input = &plan.layers[i]->output();
  }
  return sound;
}

template <typename Pass>
void FusedEngine::timed(const Plan& plan, std::size_t layer, bool forward, const Pass& pass) {
  if (!timing_) {
    pass();
    return;
  }
  if (timings_.size() != plan.layers.size()) {
    timings_.resize(plan.layers.size());
  }
  const auto start = std::chrono::steady_clock::now();
  pass();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  StageTiming& timing = timings_[layer];
  if (timing.name.empty()) {
    timing.name = plan.stages[layer]->name;
    timing.implementations = plan.layers[layer]->implementations();
  }
  (forward ? timing.forward_seconds : timing.backward_seconds) += seconds;
}

void FusedEngine::forward(std::span<const float> images, std::span<float> logits, bool training,
                          std::uint64_t dropout_key) {
  const auto count = static_cast<std::int64_t>(images.size()) / architecture_.input.elements();
  Plan& plan = plan_for(count, training);
  last_ = training ? &plan : nullptr;
  pack(plan);
  plan.context.dropout_key = dropout_key;
  with_element(element_, [&](auto kind) {
    convert(images.data(), static_cast<std::int64_t>(images.size()),
            static_cast<decltype(kind)*>(plan.input.parts.front().data));
  });
  plan.end->connect(logits.data(), nullptr);
  statistics_version_ += training ? 1U : 0U;
  // Fused ReLUs turn NaN into 0, so a diverged network would look sound.
  if (!run_forward(plan, static_cast<double>(largest_magnitude(images)))) {
    std::ranges::fill(logits, std::numeric_limits<float>::quiet_NaN());
  }
}

void FusedEngine::backward(std::span<const float> logits_gradient) {
  if (last_ == nullptr) {
    throw std::logic_error("backward() without a forward() in training before it");
  }
  last_->end->connect(nullptr, logits_gradient.data());
  for (std::size_t i = last_->layers.size(); i-- > 0;) {
    timed(*last_, i, false, [&] { last_->layers[i]->backward(); });
  }
}

}  // namespace firesweep::runners::engine
