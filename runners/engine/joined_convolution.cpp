#include "runners/engine/joined_convolution.h"

#include <span>

namespace firesweep::runners::engine {

namespace {

std::int64_t extent(std::int64_t in, const JoinedShape& shape) {
  return (in + 2 * shape.padding - shape.kernel) / shape.stride + 1;
}

std::int64_t total_channels(const Activation& activation) {
  std::int64_t total = 0;
  for (const Part& part : activation.parts) {
    total += part.channels;
  }
  return total;
}

}  // namespace

JoinedConvolution::JoinedConvolution(Device& device, BufferPool& buffers, Element element,
                                     const Activation& input, const JoinedShape& shape,
                                     bool training)
    : input_(input),
      out_height_(extent(input.height, shape)),
      out_width_(extent(input.width, shape)) {
  if (input.parts.size() > 2) {
    throw Unsupported("an activation of more than two parts");
  }
  WeightSlice slice{.first_out = shape.first_out, .first_in = 0, .total_in = total_channels(input)};
  for (std::size_t i = 0; i < input.parts.size(); ++i) {
    const bool last = i + 1 == input.parts.size();
    const ConvolutionShape part{.images = input.images,
                                .in_height = input.height,
                                .in_width = input.width,
                                .in_channels = input.parts[i].channels,
                                .out_channels = shape.out_channels,
                                .kernel = shape.kernel,
                                .stride = shape.stride,
                                .padding = shape.padding,
                                .dense_input = shape.dense_input};
    // Rounded once, after the last part; until then the sum is in fp32.
    const Epilogue epilogue{.bias = last,
                            .add_partial = last && i > 0,
                            .relu = last && shape.relu,
                            .store_float = !last};
    parts_.emplace_back(device, element, part, slice, epilogue, training);
    slice.first_in += input.parts[i].channels;
  }
  if (parts_.size() > 1) {
    const std::int64_t elements =
        input.images * out_height_ * out_width_ * padded_channels(shape.out_channels);
    partial_ = buffers.take(static_cast<std::size_t>(elements) * sizeof(float));
    partial_sum_ = static_cast<float*>(partial_.data());
  }
}

void JoinedConvolution::pack(const Weights& weights) {
  for (PartConvolution& part : parts_) {
    part.pack(weights);
  }
}

void JoinedConvolution::forward(void* output) {
  for (std::size_t i = 0; i + 1 < parts_.size(); ++i) {
    parts_[i].forward(input_.parts[i].data, partial_sum_);
  }
  parts_.back().forward(input_.parts.back().data, output, partial_sum_);
}

void JoinedConvolution::backward_weights(const void* output_gradient, const Weights& weights) {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    parts_[i].backward_weights(input_.parts[i].data, output_gradient, weights);
  }
}

void JoinedConvolution::backward_data(const void* output_gradient,
                                      const Activation& input_gradient) {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    parts_[i].backward_data(output_gradient, input_gradient.parts[i].data);
  }
}

std::string JoinedConvolution::implementations() const {
  // Parts of equal width have the same.
  std::string names = parts_.front().implementations();
  for (const PartConvolution& part : std::span(parts_).subspan(1)) {
    if (const std::string others = part.implementations();
        names.find(others) == std::string::npos) {
      names += ", " + others;
    }
  }
  return names;
}

}  // namespace firesweep::runners::engine
