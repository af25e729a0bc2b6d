#include "runners/engine/fire_layer.h"

#include <algorithm>
#include <utility>

#include "runners/engine/kernels.h"

namespace firesweep::runners::engine {

namespace {

/// Takes memory in the form of `form`; the leases go to `leases`.
Activation take(const PlanContext& context, const Activation& form, std::vector<Lease>& leases) {
  Gradient taken = context.take_like(form);
  std::ranges::move(taken.leases, std::back_inserter(leases));
  return taken.values;
}

}  // namespace

FireLayer::FireLayer(PlanContext& context, const models::Fire& fire, const Activation& input,
                     const FireWeights& weights)
    : context_(context), fire_(fire), weights_(weights), input_(input) {
  const auto join = [&](const Activation& from, const JoinedShape& shape) {
    return JoinedConvolution(context.device, context.buffers, context.element, from, shape,
                             context.training);
  };
  const bool relu = !weights.normalized();
  squeeze_ = join(input, {.out_channels = fire.squeeze, .relu = relu});
  squeezed_ = take(context, input.with_parts({{nullptr, fire.squeeze}}), leases_);
  squeezed_.after_relu = true;
  if (!relu) {
    squeezed_sums_ =
        take(context, squeezed_, leases_);  // not where the squeeze layer's partial sum is
  }
  if (context.training) {
    squeeze_->release();
  }
  expand1x1_ = join(squeezed_, {.out_channels = fire.expand1x1, .relu = relu});
  expand3x3_ =
      join(squeezed_, {.out_channels = fire.expand3x3, .kernel = 3, .padding = 1, .relu = relu});
  const Activation form = input.with_parts({{nullptr, fire.expand1x1}, {nullptr, fire.expand3x3}});
  expanded_ = take(context, form, leases_);
  expanded_.after_relu = relu;
  output_ = expanded_;
  if (fire.shortcut != models::Shortcut::kNone) {
    output_ = take(context, form, leases_);
  }
  if (weights.normalized()) {
    plan_norms();
  }
  if (fire.shortcut == models::Shortcut::kConvolution) {
    bypass_.push_back(join(input, {.out_channels = fire.expand1x1}));
    bypass_.push_back(join(input, {.out_channels = fire.expand3x3, .first_out = fire.expand1x1}));
    if (context.training) {
      std::ranges::for_each(bypass_, &JoinedConvolution::release);
    }
  }
}

void FireLayer::plan_norms() {
  norms_.reserve(3);
  norms_.emplace_back(weights_.squeeze.norm, squeezed_, /*relu=*/true);
  norms_.emplace_back(weights_.expand1x1.norm, expanded_.with_parts({expanded_.parts[0]}), true);
  norms_.emplace_back(weights_.expand3x3.norm, expanded_.with_parts({expanded_.parts[1]}), true);
  if (fire_.shortcut == models::Shortcut::kNone) {
    output_ = take(context_, expanded_, leases_);
    output_.after_relu = true;
  }
}

void FireLayer::release() {
  squeeze_->release();
  std::ranges::for_each(bypass_, &JoinedConvolution::release);
  leases_.clear();
}

void FireLayer::pack() {
  squeeze_->pack(weights_.squeeze);
  expand1x1_->pack(weights_.expand1x1);
  expand3x3_->pack(weights_.expand3x3);
  for (JoinedConvolution& part : bypass_) {
    part.pack(weights_.bypass);
  }
}

void FireLayer::forward() {
  if (norms_.empty()) {
    squeeze_->forward(squeezed_.parts.front().data);
  } else {
    squeeze_->forward(squeezed_sums_.parts.front().data);
    norms_[0].forward(squeezed_sums_.parts.front(), {}, squeezed_.parts.front(), context_.element);
  }
  expand1x1_->forward(expanded_.parts[0].data);
  expand3x3_->forward(expanded_.parts[1].data);
  if (norms_.empty()) {
    add_shortcut();
  } else {
    normalize_expanded();
  }
}

/// output = shortcut(input) + normalised expanded, in one pass where the parts are the same.
void FireLayer::normalize_expanded() {
  const bool identity = fire_.shortcut == models::Shortcut::kIdentity;
  const bool same = identity && same_parts(input_, output_);
  for (std::size_t i = 0; i < output_.parts.size(); ++i) {
    Part addend;
    if (!bypass_.empty()) {
      bypass_[i].forward(output_.parts[i].data);
      addend = output_.parts[i];
    } else if (same) {
      addend = input_.parts[i];
    }
    norms_[1 + i].forward(expanded_.parts[i], addend, output_.parts[i], context_.element);
  }
  if (identity && !same) {
    add_parts(output_, output_, input_, context_.element);
  }
}

/// output = shortcut(input) + expanded.
void FireLayer::add_shortcut() {
  if (fire_.shortcut == models::Shortcut::kNone) {
    return;
  }
  if (fire_.shortcut == models::Shortcut::kConvolution) {
    for (std::size_t i = 0; i < bypass_.size(); ++i) {
      bypass_[i].forward(output_.parts[i].data);
    }
    add_parts(output_, output_, expanded_, context_.element);
    return;
  }
  add_parts(output_, expanded_, input_, context_.element);
}

Gradient FireLayer::plan_backward(Gradient output_gradient, bool wanted) {
  output_gradient_ = output_gradient.values;
  std::vector<Lease> temporaries;
  expanded_gradient_ = {.values = output_gradient_,
                        .leases = {},
                        .relu_mask_applied = output_gradient.relu_mask_applied};
  if (fire_.shortcut != models::Shortcut::kNone) {
    // The shortcut passes the gradient on unchanged, so the masked one needs memory of its own.
    expanded_gradient_.values = take(context_, output_gradient_, temporaries);
    expanded_gradient_.relu_mask_applied = false;
  }
  for (Activation& gradient : squeezed_gradients_) {
    gradient = take(context_, squeezed_, temporaries);
  }
  Gradient input_gradient;
  if (wanted) {
    input_gradient = context_.take_like(input_);
    input_gradient_ = input_gradient.values;
    for (std::size_t i = 0; i < bypass_.size(); ++i) {
      bypass_gradients_.push_back(take(context_, input_, temporaries));
    }
  }
  leases_.clear();
  return input_gradient;
}

void FireLayer::backward_through_expanded_norms() {
  for (std::size_t i = 0; i < expanded_.parts.size(); ++i) {
    norms_[1 + i].backward(output_gradient_.parts[i], {}, expanded_.parts[i],
                           expanded_gradient_.values.parts[i], context_.element);
  }
}

void FireLayer::backward() {
  if (!norms_.empty()) {
    backward_through_expanded_norms();
  } else if (!expanded_gradient_.relu_mask_applied) {
    apply_relu_mask(expanded_gradient_.values, output_gradient_, expanded_, context_.element);
  }
  const void* gradient1x1 = expanded_gradient_.values.parts[0].data;
  const void* gradient3x3 = expanded_gradient_.values.parts[1].data;
  expand1x1_->backward_weights(gradient1x1, weights_.expand1x1);
  expand3x3_->backward_weights(gradient3x3, weights_.expand3x3);
  expand1x1_->backward_data(gradient1x1, squeezed_gradients_[0]);
  expand3x3_->backward_data(gradient3x3, squeezed_gradients_[1]);
  join_squeeze_gradient();
  const void* squeezed_gradient = squeezed_gradients_[0].parts.front().data;
  squeeze_->backward_weights(squeezed_gradient, weights_.squeeze);
  if (!input_gradient_.parts.empty()) {
    squeeze_->backward_data(squeezed_gradient, input_gradient_);
  }
  backward_through_shortcut();
}

/// The sum of what comes from both expand convolutions, behind the squeeze layer's ReLU, and its
/// normalisation if there is one.
void FireLayer::join_squeeze_gradient() {
  if (!norms_.empty()) {
    const Part& joined = squeezed_gradients_[0].parts.front();
    norms_[0].backward(joined, squeezed_gradients_[1].parts.front(), squeezed_sums_.parts.front(),
                       joined, context_.element);
    return;
  }
  with_element(context_.element, [&](auto kind) {
    using T = decltype(kind);
    auto* sum = static_cast<T*>(squeezed_gradients_[0].parts.front().data);
    const auto* other = static_cast<const T*>(squeezed_gradients_[1].parts.front().data);
    const auto* output = static_cast<const T*>(squeezed_.parts.front().data);
    const std::int64_t channels = padded_channels(fire_.squeeze);
    in_parallel(squeezed_.pixels(), [&](std::int64_t pixel, std::int64_t count) {
      const std::int64_t first = pixel * channels;
      add_relu_backward(sum + first, sum + first, other + first, output + first, count * channels);
    });
  });
}

void FireLayer::backward_through_shortcut() {
  for (std::size_t i = 0; i < bypass_.size(); ++i) {
    bypass_[i].backward_weights(output_gradient_.parts[i].data, weights_.bypass);
  }
  if (input_gradient_.parts.empty()) {
    return;
  }
  if (fire_.shortcut == models::Shortcut::kIdentity) {
    add_parts(input_gradient_, input_gradient_, output_gradient_, context_.element);
  }
  for (std::size_t i = 0; i < bypass_.size(); ++i) {
    bypass_[i].backward_data(output_gradient_.parts[i].data, bypass_gradients_[i]);
    add_parts(input_gradient_, input_gradient_, bypass_gradients_[i], context_.element);
  }
}

std::string FireLayer::implementations() const {
  std::string names = "squeeze " + squeeze_->implementations();
  names += "; expand1x1 " + expand1x1_->implementations();
  names += "; expand3x3 " + expand3x3_->implementations();
  if (!bypass_.empty()) {
    names += "; bypass " + bypass_.front().implementations();
  }
  return names;
}

}  // namespace firesweep::runners::engine
