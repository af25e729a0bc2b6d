// The Fire module (SqueezeNet paper, section 3.2) with its bypass (section 6).
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>

#include "models/architecture.h"

namespace firesweep::models {

/// A convolution with its batch normalisation, if it has one, and its ReLU, if it has one.
/// [N, in_channels, H, W] -> [N, out_channels, H', W']. A training batch with one value per channel
/// (N H' W' = 1) has no variance: it is normalised by the running statistics, as in evaluation, and
/// leaves them alone.
class ConvolutionBlockImpl : public torch::nn::Module {
 public:
  explicit ConvolutionBlockImpl(const Convolution& options);
  torch::Tensor forward(const torch::Tensor& input);
  /// As forward, after scaling each filter and setting its bias so that its responses to `input`
  /// have the mean `to_mean` and variance 1. Of a batch normalisation, which does that itself, only
  /// the bias is set, and the running statistics to those of `input`: a mean of 0 and a variance of
  /// 1 would still be in them after some dozens of steps.
  torch::Tensor standardize(const torch::Tensor& input, double to_mean);
  [[nodiscard]] bool is_normalized() const { return !norm_.is_empty(); }

 private:
  torch::Tensor normalize(const torch::Tensor& values);

  bool relu_;
  torch::nn::Conv2d conv_{nullptr};
  torch::nn::BatchNorm2d norm_{nullptr};
};
TORCH_MODULE(ConvolutionBlock);

/// squeeze 1x1 -> ReLU -> (expand 1x1 || expand 3x3) -> ReLU, + shortcut; no ReLU after the sum.
/// [N, in_channels, H, W] -> [N, expand1x1 + expand3x3, H, W].
class FireImpl : public torch::nn::Module {
 public:
  explicit FireImpl(const Fire& options);
  torch::Tensor forward(const torch::Tensor& input);
  /// As forward, after ConvolutionBlockImpl::standardize of all its convolutions in turn: to mean 2
  /// of the squeeze filters, 0 of the others. With batch normalisation, a bypass convolution starts
  /// with standard deviation 0.1.
  torch::Tensor standardize(const torch::Tensor& input);

 private:
  [[nodiscard]] torch::Tensor with_shortcut(const torch::Tensor& output,
                                            const torch::Tensor& input);

  Shortcut shortcut_;
  ConvolutionBlock squeeze_{nullptr};
  ConvolutionBlock expand1x1_{nullptr};
  ConvolutionBlock expand3x3_{nullptr};
  torch::nn::Conv2d bypass_{nullptr};
};
// Fire is the description; the module's handle gets a name of its own.
TORCH_MODULE_IMPL(FireModule, FireImpl);

}  // namespace firesweep::models
