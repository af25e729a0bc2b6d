// A convolution's forward pass as one matrix product over im2col, where oneDNN's is slow.
#pragma once

#include <string>

#include <dnnl.hpp>

#include "runners/engine/activation.h"
#include "runners/engine/convolution_shape.h"

namespace firesweep::runners::engine {

/// y = epilogue(X W), X being the im2col matrix of the input, [pixels, kh * kw * C].
class ForwardProduct {
 public:
  /// Whether it is faster than oneDNN's convolution, whose blocking for bf16 loses the cache with
  /// many input channels and small images (docs/engine.md). A function of the shape alone.
  /// `direct`: the implementation oneDNN would take.
  [[nodiscard]] static bool is_faster(Element element, const ConvolutionShape& shape,
                                      const std::string& direct);

  /// Tensors as the convolution has them: [N, C, H, W], in memory order [N, H, W, C], channels
  /// padded. `operations` on the sums, without tensors of their own.
  ForwardProduct(Device& device, const ConvolutionShape& shape, const dnnl::memory::desc& input,
                 const dnnl::memory::desc& output, bool bias, const dnnl::post_ops& operations);

  /// `weights`: [K, kh, kw, C].
  void pack(const dnnl::memory& weights);
  /// `bias`: [K], or empty.
  void compute(const void* input, void* output, const dnnl::memory& bias);
  [[nodiscard]] const std::string& implementation() const { return implementation_; }

 private:
  Device& device_;
  ConvolutionShape shape_;
  std::size_t channel_bytes_;
  std::string implementation_;
  dnnl::memory::desc im2col_, weights_, bias_, output_, scratchpad_;
  dnnl::memory packed_;
  dnnl::matmul product_;
};

}  // namespace firesweep::runners::engine
