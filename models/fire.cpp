#include "models/fire.h"

#include <vector>

#include <torch/nn/options/conv.h>

namespace firesweep::models {

namespace {

torch::nn::Conv2dOptions conv_options(const Convolution& options) {
  return torch::nn::Conv2dOptions(options.in_channels, options.out_channels, options.kernel)
      .stride(options.stride)
      .padding(options.padding);
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
    output = normalize(output);
  }
  return relu_ ? output.relu_() : output;
}

torch::Tensor ConvolutionBlockImpl::normalize(const torch::Tensor& values) {
  if (!is_training() || values.size(0) * values.size(2) * values.size(3) > 1) {
    return norm_(values);
  }
  return torch::batch_norm(values, norm_->weight, norm_->bias, norm_->running_mean,
                           norm_->running_var, /*training=*/false, /*momentum=*/0.0,
                           norm_->options.eps(), /*cudnn_enabled=*/true);
}

FireImpl::FireImpl(const Fire& options) : shortcut_(options.shortcut) {
  const std::vector<Convolution> convolutions = convolutions_of(options);
  squeeze_ = register_module("squeeze", ConvolutionBlock(convolutions[0]));
  expand1x1_ = register_module("expand1x1", ConvolutionBlock(convolutions[1]));
  expand3x3_ = register_module("expand3x3", ConvolutionBlock(convolutions[2]));
  if (shortcut_ == Shortcut::kConvolution) {
    bypass_ = register_module("bypass", torch::nn::Conv2d(conv_options(convolutions[3])));
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
