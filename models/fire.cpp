#include "models/fire.h"

#include <torch/nn/options/conv.h>

namespace firesweep::models {

namespace {

torch::nn::Conv2dOptions conv_options(const Convolution& options) {
  return torch::nn::Conv2dOptions(options.in_channels, options.out_channels, options.kernel)
      .stride(options.stride)
      .padding(options.padding);
}

Convolution fire_convolution(std::int64_t in, std::int64_t out, std::int64_t kernel,
                             bool batch_norm) {
  return {.in_channels = in,
          .out_channels = out,
          .kernel = kernel,
          .stride = 1,
          .padding = kernel / 2,
          .relu = true,
          .batch_norm = batch_norm};
}

}  // namespace

ConvolutionBlockImpl::ConvolutionBlockImpl(const Convolution& options) : relu_(options.relu) {
  conv_ = register_module("conv", torch::nn::Conv2d(conv_options(options)));
  if (options.batch_norm) {
    norm_ = register_module("norm", torch::nn::BatchNorm2d(options.out_channels));
  }
}

torch::Tensor ConvolutionBlockImpl::forward(const torch::Tensor& input) {
  torch::Tensor output = conv_(input);
  if (norm_) {
    output = norm_(output);
  }
  return relu_ ? output.relu_() : output;
}

FireImpl::FireImpl(const Fire& options) : shortcut_(options.shortcut) {
  squeeze_ =
      register_module("squeeze", ConvolutionBlock(fire_convolution(
                                     options.in_channels, options.squeeze, 1, options.batch_norm)));
  expand1x1_ =
      register_module("expand1x1", ConvolutionBlock(fire_convolution(
                                       options.squeeze, options.expand1x1, 1, options.batch_norm)));
  expand3x3_ =
      register_module("expand3x3", ConvolutionBlock(fire_convolution(
                                       options.squeeze, options.expand3x3, 3, options.batch_norm)));
  if (shortcut_ == Shortcut::kConvolution) {
    bypass_ = register_module("bypass", torch::nn::Conv2d(torch::nn::Conv2dOptions(
                                            options.in_channels, options.out_channels(), 1)));
  }
}

torch::Tensor FireImpl::forward(const torch::Tensor& input) {
  const torch::Tensor squeezed = squeeze_(input);
  torch::Tensor output = torch::cat({expand1x1_(squeezed), expand3x3_(squeezed)}, 1);
  switch (shortcut_) {
    case Shortcut::kNone:
      break;
    case Shortcut::kIdentity:
      output = output + input;
      break;
    case Shortcut::kConvolution:
      output = output + bypass_(input);
      break;
  }
  return output;
}

}  // namespace firesweep::models
