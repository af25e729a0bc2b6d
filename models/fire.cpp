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

/// A squeeze module of one filter loses what its ReLU cuts off, and with it the network. Two
/// standard deviations above zero, a ReLU cuts off 2 % of the responses.
constexpr double kSqueezeMean = 2.0;

/// Standard deviation of a bypass convolution's responses beside normalised ones. The sum of both
/// is not normalised: with 1 it would grow from module to module.
constexpr double kBypassScale = 0.1;

/// Returns the convolution's new responses. A filter with constant responses keeps its scale.
torch::Tensor standardized(torch::nn::Conv2d& conv, const torch::Tensor& input, double to_mean) {
  constexpr double kSmallest = 1e-12;  // variance
  const torch::Tensor output = conv(input);
  const auto [variance, mean] = torch::var_mean(output, {0, 2, 3}, /*unbiased=*/false);
  const torch::Tensor scale =
      torch::where(variance > kSmallest, variance.rsqrt(), torch::ones_like(variance));
  conv->weight.mul_(scale.view({-1, 1, 1, 1}));
  conv->bias.sub_(mean).mul_(scale).add_(to_mean);
  return (output - mean.view({1, -1, 1, 1})) * scale.view({1, -1, 1, 1}) + to_mean;
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

torch::Tensor ConvolutionBlockImpl::standardize(const torch::Tensor& input, double to_mean) {
  torch::Tensor output;
  if (norm_) {
    norm_->bias.fill_(to_mean);
    output = torch::batch_norm(conv_(input), norm_->weight, norm_->bias, norm_->running_mean,
                               norm_->running_var, /*training=*/true, /*momentum=*/1.0,
                               norm_->options.eps(), /*cudnn_enabled=*/true);
  } else {
    output = standardized(conv_, input, to_mean);
  }
  return relu_ ? output.relu() : output;
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
  return with_shortcut(torch::cat({expand1x1_(squeezed), expand3x3_(squeezed)}, 1), input);
}

torch::Tensor FireImpl::standardize(const torch::Tensor& input) {
  const torch::Tensor squeezed = squeeze_->standardize(input, kSqueezeMean);
  const torch::Tensor output = torch::cat(
      {expand1x1_->standardize(squeezed, 0.0), expand3x3_->standardize(squeezed, 0.0)}, 1);
  if (shortcut_ == Shortcut::kConvolution) {
    standardized(bypass_, input, 0.0);
    if (squeeze_->is_normalized()) {
      bypass_->weight.mul_(kBypassScale);
      bypass_->bias.mul_(kBypassScale);
    }
  }
  return with_shortcut(output, input);
}

torch::Tensor FireImpl::with_shortcut(const torch::Tensor& output, const torch::Tensor& input) {
  switch (shortcut_) {
    case Shortcut::kNone:
      break;
    case Shortcut::kIdentity:
      return output + input;
    case Shortcut::kConvolution:
      return output + bypass_(input);
  }
  return output;
}

}  // namespace firesweep::models
