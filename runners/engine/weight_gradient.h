// The gradient of a convolution's weights, by the faster of two ways for its shape.
#pragma once

#include <string>
#include <unordered_map>

#include <dnnl.hpp>

#include "runners/engine/activation.h"
#include "runners/engine/convolution_shape.h"

namespace firesweep::runners::engine {

/// What oneDNN needs to know of a convolution's tensors.
struct ConvolutionTensors {
  dnnl::memory::desc input;   // [N, C, H, W], channels padded, in memory order [N, H, W, C]
  dnnl::memory::desc output;  // [N, K, H, W], likewise
  dnnl::memory::desc bias;    // [K]; empty: none
};

/// oneDNN's own primitive, or one matrix product over all pixels of the batch: dW = G^T X, X being
/// the input or, for kernels larger than 1x1, its im2col matrix. The product is faster where images
/// are small (docs/engine.md).
class WeightGradient {
 public:
  /// `hint`: of the forward pass. Throws Unsupported.
  WeightGradient(Device& device, Element element, const ConvolutionShape& shape,
                 const ConvolutionTensors& tensors,
                 const dnnl::convolution_forward::primitive_desc& hint);

  /// Sums over all pixels of a batch, in fp32 whatever the element type.
  void compute(const void* input, const void* output_gradient);

  /// [K, kh, kw, C], K and C padded.
  [[nodiscard]] const float* weights() const {
    return static_cast<const float*>(gradient_.get_data_handle());
  }
  /// [K]; of a convolution with a bias.
  [[nodiscard]] const float* bias() const {
    return static_cast<const float*>(bias_gradient_.get_data_handle());
  }
  [[nodiscard]] const std::string& implementation() const { return implementation_; }
  [[nodiscard]] const ConvolutionTensors& tensors() const { return tensors_; }

 private:
  void plan_direct(const dnnl::convolution_forward::primitive_desc& hint);
  void plan_product();
  [[nodiscard]] bool product_is_faster() const;
  void compute_directly(const void* input, const void* output_gradient);
  void multiply(const void* input, const void* output_gradient);
  [[nodiscard]] dnnl::memory view(const dnnl::memory::desc& desc, const void* data) const;

  Device& device_;
  Element element_;
  ConvolutionShape shape_;
  ConvolutionTensors tensors_;
  std::string implementation_;
  dnnl::memory gradient_, bias_gradient_;
  // One of the two.
  dnnl::convolution_backward_weights direct_;
  dnnl::memory::desc direct_scratchpad_;
  dnnl::memory direct_gradient_;
  dnnl::reorder from_direct_;
  dnnl::matmul product_;
  dnnl::memory::desc product_scratchpad_, pixels_, transposed_gradient_, product_gradient_;
};

}  // namespace firesweep::runners::engine
