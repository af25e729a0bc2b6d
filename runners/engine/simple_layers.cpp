#include "runners/engine/simple_layers.h"

#include <utility>

#include "base/splitmix64.h"
#include "runners/engine/kernels.h"

namespace firesweep::runners::engine {

namespace {

PoolShape pool_shape(const models::MaxPool& pool, const Activation& input, const Activation& output,
                     const Part& part) {
  return {.in_height = input.height,
          .in_width = input.width,
          .out_height = output.height,
          .out_width = output.width,
          .kernel = pool.kernel,
          .stride = pool.stride,
          .channels = padded_channels(part.channels)};
}

}  // namespace

ConvolutionLayer::ConvolutionLayer(PlanContext& context, const models::Convolution& convolution,
                                   const Activation& input, const Weights& weights, bool images)
    : context_(context),
      weights_(weights),
      input_(input),
      convolution_(context.device, context.buffers, context.element, input,
                   {.out_channels = convolution.out_channels,
                    .kernel = convolution.kernel,
                    .stride = convolution.stride,
                    .padding = convolution.padding,
                    .relu = convolution.relu && !weights.norm.present(),
                    .dense_input = images},
                   context.training) {
  output_ = {.images = input.images,
             .height = convolution_.out_height(),
             .width = convolution_.out_width(),
             .parts = {{.data = nullptr, .channels = convolution.out_channels}},
             .after_relu = convolution.relu};
  lease_ = context.take(output_.elements(output_.parts.front()));
  output_.parts.front().data = lease_.data();
  if (weights.norm.present()) {
    norm_.emplace(weights.norm, output_, convolution.relu);
    convolved_ = output_;
    convolved_lease_ = context.take(output_.elements(output_.parts.front()));
    convolved_.parts.front().data = convolved_lease_.data();
  }
  if (context.training) {
    convolution_.release();  // nothing needs the partial sum after this layer
  }
}

void ConvolutionLayer::release() {
  convolution_.release();
  lease_ = Lease();
  convolved_lease_ = Lease();
}

void ConvolutionLayer::forward() {
  if (!norm_) {
    convolution_.forward(output_.parts.front().data);
    return;
  }
  convolution_.forward(convolved_.parts.front().data);
  norm_->forward(convolved_.parts.front(), {}, output_.parts.front(), context_.element);
}

Gradient ConvolutionLayer::plan_backward(Gradient output_gradient, bool wanted) {
  Gradient input_gradient;
  if (wanted) {
    input_gradient = context_.take_like(input_);
    input_gradient_ = input_gradient.values;
  }
  lease_ = Lease();
  convolved_lease_ = Lease();
  output_gradient_ = {
      .values = output_gradient.values,
      .leases = {},
      .relu_mask_applied = output_gradient.relu_mask_applied || !output_.after_relu};
  return input_gradient;
}

void ConvolutionLayer::backward() {
  if (norm_) {
    const Part& gradient = output_gradient_.values.parts.front();
    norm_->backward(gradient, {}, convolved_.parts.front(), gradient, context_.element);
  } else if (!output_gradient_.relu_mask_applied) {
    apply_relu_mask(output_gradient_.values, output_gradient_.values, output_, context_.element);
  }
  const void* gradient = output_gradient_.values.parts.front().data;
  convolution_.backward_weights(gradient, weights_);
  if (!input_gradient_.parts.empty()) {
    convolution_.backward_data(gradient, input_gradient_);
  }
}

MaxPoolLayer::MaxPoolLayer(PlanContext& context, const models::MaxPool& pool,
                           const Activation& input)
    : context_(context), pool_(pool), input_(input) {
  if (pool.kernel * pool.kernel >= kNoGradient) {
    throw Unsupported("a max-pool window of more than 254 pixels");
  }
  output_ = input;
  output_.height = models::pool_extent(input.height, pool);
  output_.width = models::pool_extent(input.width, pool);
  lease_ = context.take_like(output_);
  const bool after_relu = output_.after_relu;
  output_ = lease_.values;
  output_.after_relu = after_relu;  // maxima of numbers that are not negative
  for (const Part& part : output_.parts) {
    if (context.training) {
      index_leases_.push_back(context.take(output_.elements(part), 1));
    }
    indices_.push_back(context.training ? static_cast<std::uint8_t*>(index_leases_.back().data())
                                        : nullptr);
  }
}

void MaxPoolLayer::release() {
  lease_ = Gradient();
  index_leases_.clear();
}

void MaxPoolLayer::forward() {
  with_element(context_.element, [&](auto kind) {
    using T = decltype(kind);
    for (std::size_t i = 0; i < input_.parts.size(); ++i) {
      const PoolShape shape = pool_shape(pool_, input_, output_, input_.parts[i]);
      in_parallel(input_.images, [&](std::int64_t first, std::int64_t count) {
        const std::int64_t in = first * shape.in_height * shape.in_width * shape.channels;
        const std::int64_t out = first * shape.out_height * shape.out_width * shape.channels;
        max_pool_forward(static_cast<const T*>(input_.parts[i].data) + in,
                         static_cast<T*>(output_.parts[i].data) + out,
                         indices_[i] == nullptr ? nullptr : indices_[i] + out, shape, count,
                         input_.after_relu);
      });
    }
  });
}

Gradient MaxPoolLayer::plan_backward(Gradient output_gradient, bool /*wanted*/) {
  output_gradient_ = output_gradient.values;
  Gradient input_gradient = context_.take_like(input_);
  // Behind a ReLU, the index is kNoGradient where the ReLU was inactive.
  input_gradient.relu_mask_applied = input_.after_relu;
  input_gradient_ = input_gradient.values;
  release();
  return input_gradient;
}

void MaxPoolLayer::backward() {
  with_element(context_.element, [&](auto kind) {
    using T = decltype(kind);
    for (std::size_t i = 0; i < input_.parts.size(); ++i) {
      const PoolShape shape = pool_shape(pool_, input_, output_, input_.parts[i]);
      in_parallel(input_.images, [&](std::int64_t first, std::int64_t count) {
        const std::int64_t in = first * shape.in_height * shape.in_width * shape.channels;
        const std::int64_t out = first * shape.out_height * shape.out_width * shape.channels;
        max_pool_backward(static_cast<const T*>(output_gradient_.parts[i].data) + out,
                          indices_[i] + out, static_cast<T*>(input_gradient_.parts[i].data) + in,
                          shape, count);
      });
    }
  });
}

DropoutLayer::DropoutLayer(PlanContext& context, const models::Dropout& dropout,
                           const Activation& input)
    : context_(context), probability_(dropout.probability), number_(context.dropout_layers++) {
  output_ = input;
}

Gradient DropoutLayer::plan_backward(Gradient output_gradient, bool /*wanted*/) {
  output_gradient_ = output_gradient.values;
  return output_gradient;
}

void DropoutLayer::apply(const Activation& activation) const {
  // The first layer's stream is the step's own; the others' are derived from it.
  const std::uint64_t layer_key =
      number_ == 0 ? context_.dropout_key : base::splitmix64(context_.dropout_key + number_);
  with_element(context_.element, [&](auto kind) {
    using T = decltype(kind);
    std::uint64_t part_number = 0;
    for (const Part& part : activation.parts) {
      const std::int64_t channels = padded_channels(part.channels);
      const std::uint64_t key = layer_key + part_number++;
      in_parallel(activation.pixels(), [&](std::int64_t pixel, std::int64_t count) {
        dropout(static_cast<T*>(part.data) + pixel * channels, count * channels, probability_, key,
                static_cast<std::uint64_t>(pixel * channels));
      });
    }
  });
}

AverageLayer::AverageLayer(PlanContext& context, const Activation& input)
    : context_(context), input_(input) {
  if (input.parts.size() != 1) {
    throw Unsupported("a global pool of an activation in parts");
  }
}

void AverageLayer::connect(float* logits, const float* logits_gradient) {
  logits_ = logits;
  logits_gradient_ = logits_gradient;
}

void AverageLayer::forward() {
  const Part& part = input_.parts.front();
  with_element(context_.element, [&](auto kind) {
    using T = decltype(kind);
    average_forward(static_cast<const T*>(part.data), logits_, input_.images,
                    input_.height * input_.width, part.channels);
  });
}

Gradient AverageLayer::plan_backward(Gradient /*output_gradient*/, bool /*wanted*/) {
  Gradient input_gradient = context_.take_like(input_);
  input_gradient.relu_mask_applied = input_.after_relu;
  input_gradient_ = input_gradient.values;
  return input_gradient;
}

void AverageLayer::backward() {
  const Part& part = input_.parts.front();
  with_element(context_.element, [&](auto kind) {
    using T = decltype(kind);
    average_backward(logits_gradient_,
                     input_.after_relu ? static_cast<const T*>(part.data) : nullptr,
                     static_cast<T*>(input_gradient_.parts.front().data), input_.images,
                     input_.height * input_.width, part.channels);
  });
}

}  // namespace firesweep::runners::engine
