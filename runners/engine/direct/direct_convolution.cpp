#include "runners/engine/direct/direct_convolution.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <stdexcept>

#include "runners/engine/direct/winograd.h"
#include "runners/engine/kernels.h"

namespace firesweep::runners::engine {

namespace {

void widen(const Bf16* values, std::int64_t count, float* widened) {
  for (std::int64_t i = 0; i < count; ++i) {
    widened[i] = std::bit_cast<float>(static_cast<std::uint32_t>(values[i].bits) << 16U);
  }
}

}  // namespace

DirectConvolution::DirectConvolution(const PlanContext& context, const DirectShape& shape)
    : context_(context), shape_(shape) {
  if (shape.kernel != 1 && shape.kernel != 3) {
    throw std::logic_error("direct convolutions have kernels of 1x1 or 3x3");
  }
  const auto take = [&](std::int64_t floats) {
    return context.lasting.take(static_cast<std::size_t>(floats) * sizeof(float));
  };
  forward_ = take(size());
  if (context.training && shape.input_gradient) {
    backward_ = take(size());
  }
  if (shape.bias) {
    const std::int64_t channels = padded_channels(shape.out_channels);
    bias_ = take(channels);
    std::fill_n(static_cast<float*>(bias_.data()), channels, 0.0F);
  }
  // Released at once: nothing else runs while weights are packed.
  const Lease plain_lease = context.take(plain().packed_size(), sizeof(float));
  const Lease rounded_lease = context.take(plain().packed_size(), sizeof(Bf16));
  const Lease transformed_lease = context.take(shape.transformed ? size() : 0, sizeof(float));
  plain_ = static_cast<float*>(plain_lease.data());
  rounded_ = static_cast<Bf16*>(rounded_lease.data());
  transformed_ = static_cast<float*>(transformed_lease.data());
}

PlainWeights DirectConvolution::plain() const {
  return {.data = plain_,
          .out_channels = padded_channels(shape_.out_channels),
          .in_channels = padded_channels(shape_.in_channels),
          .kernel = shape_.kernel};
}

std::int64_t DirectConvolution::size() const {
  return shape_.transformed ? winograd_size(plain()) : plain().packed_size();
}

void DirectConvolution::pack_plain() const {
  auto* const forward = static_cast<float*>(forward_.data());
  auto* const backward = static_cast<float*>(backward_.data());
  if (shape_.transformed) {
    transform_weights(plain(), transformed_);
    pack_transformed(plain(), transformed_, forward);
    if (context_.training && shape_.input_gradient) {
      pack_transformed_backward(plain(), transformed_, backward);
    }
    return;
  }
  pack_weights(plain(), forward);
  if (context_.training && shape_.input_gradient) {
    pack_weights_backward(plain(), backward);
  }
}

void DirectConvolution::pack(const Weights& weights) {
  const std::int64_t area = shape_.kernel * shape_.kernel;
  const std::int64_t rows = shape_.out_channels * area;
  const std::int64_t used = rows * padded_channels(shape_.in_channels);
  const WeightSlice& slice = shape_.slice;
  const float* first = weights.weight + slice.first_out * area * slice.total_in + slice.first_in;
  if (context_.element == Element::kBf16) {
    pack_rows(first, slice.total_in, shape_.in_channels, rows, rounded_);
    widen(rounded_, used, plain_);
  } else {
    pack_rows(first, slice.total_in, shape_.in_channels, rows, plain_);
  }
  std::fill(plain_ + used, plain_ + plain().packed_size(), 0.0F);
  pack_plain();
  if (shape_.bias) {
    std::copy_n(weights.bias + slice.first_out, shape_.out_channels,
                static_cast<float*>(bias_.data()));
  }
}

ConvolutionTerm DirectConvolution::term(const BlockedTensor& input) const {
  return {.input = input,
          .kernel = shape_.kernel,
          .weights = static_cast<const float*>(forward_.data()),
          .transformed = shape_.transformed};
}

ConvolutionTerm DirectConvolution::backward_term(const BlockedTensor& output_gradient) const {
  return {.input = output_gradient,
          .kernel = shape_.kernel,
          .weights = static_cast<const float*>(backward_.data()),
          .transformed = shape_.transformed};
}

const float* DirectConvolution::bias() const {
  return shape_.bias ? static_cast<const float*>(bias_.data()) : nullptr;
}

std::int64_t DirectConvolution::sums_size() const {
  return size() + padded_channels(shape_.out_channels);
}

Lease DirectConvolution::plan_gradient() {
  const std::int64_t sums = context_.threads * sums_size();
  const std::int64_t back = shape_.transformed ? plain().packed_size() : 0;
  Lease lease = context_.take(sums + back, sizeof(float));
  sums_ = static_cast<float*>(lease.data());
  gradient_ = shape_.transformed ? sums_ + sums : sums_;
  return lease;
}

void DirectConvolution::clear_gradient() const {
  std::fill_n(sums_, context_.threads * sums_size(), 0.0F);
}

void DirectConvolution::add_gradient(std::int64_t thread, const BlockedTensor& output_gradient,
                                     const BlockedTensor& input, const ImageExtent& extent,
                                     float* scratch) const {
  float* const sums = sums_ + thread * sums_size();
  if (shape_.transformed) {
    add_transformed_gradient(output_gradient, input, extent, scratch, sums);
  } else {
    add_weight_gradient(output_gradient, input, extent, shape_.kernel, sums);
  }
  if (shape_.bias) {
    add_channel_sums(output_gradient, extent.pixels(), sums + size());
  }
}

void DirectConvolution::write_gradient(const Weights& weights) const {
  for (std::int64_t thread = 1; thread < context_.threads; ++thread) {
    const float* const others = sums_ + thread * sums_size();
    std::transform(sums_, sums_ + sums_size(), others, sums_, std::plus<>());
  }
  if (shape_.transformed) {
    transform_gradient_back(sums_, plain(), gradient_);
  }
  const std::int64_t area = shape_.kernel * shape_.kernel;
  const WeightSlice& slice = shape_.slice;
  unpack_rows(gradient_, shape_.in_channels, shape_.out_channels * area,
              weights.weight_gradient + slice.first_out * area * slice.total_in + slice.first_in,
              slice.total_in);
  if (shape_.bias) {
    std::copy_n(sums_ + size(), shape_.out_channels, weights.bias_gradient + slice.first_out);
  }
}

std::vector<DirectConvolution> from_parts(const PlanContext& context, const Activation& input,
                                          const DirectOutput& output) {
  std::int64_t total = 0;
  for (const Part& part : input.parts) {
    total += part.channels;
  }
  std::vector<DirectConvolution> convolutions;
  std::int64_t first_in = 0;
  for (const Part& part : input.parts) {
    convolutions.emplace_back(
        context,
        DirectShape{
            .slice = {.first_out = output.first_out, .first_in = first_in, .total_in = total},
            .in_channels = part.channels,
            .out_channels = output.out_channels,
            .kernel = output.kernel,
            .bias = first_in == 0,
            .transformed = output.kernel == 3 && context.winograd &&
                           winograd_pays(input.height, input.width)});
    first_in += part.channels;
  }
  return convolutions;
}

std::vector<DirectConvolution> from_im2col(const PlanContext& context, std::int64_t row_size,
                                           std::int64_t out_channels) {
  std::vector<DirectConvolution> convolutions;
  convolutions.emplace_back(
      context, DirectShape{.slice = {.first_out = 0, .first_in = 0, .total_in = row_size},
                           .in_channels = row_size,
                           .out_channels = out_channels,
                           .kernel = 1,
                           .bias = true,
                           .input_gradient = false});
  return convolutions;
}

}  // namespace firesweep::runners::engine
