// One convolution from one part to one part, forward and backward, as oneDNN primitives that are
// made once for a shape. Weights are in fp32, in memory order [K, kh, kw, C] (LibTorch's
// channels-last) and are packed into the primitives' formats when they have changed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include <dnnl.hpp>

#include "runners/engine/activation.h"
#include "runners/engine/convolution_shape.h"
#include "runners/engine/forward_product.h"
#include "runners/engine/norm_weights.h"
#include "runners/engine/weight_gradient.h"

namespace firesweep::runners::engine {

/// The weights of a convolution and where their gradients go, and the batch normalisation behind it
/// if it has one. Memory order [K, kh, kw, C]; the bias and its gradient have K elements. Borrowed.
struct Weights {
  const float* weight = nullptr;
  const float* bias = nullptr;
  float* weight_gradient = nullptr;
  float* bias_gradient = nullptr;
  NormWeights norm{};
};

/// Which rows and columns of the whole weight [K, kh, kw, C] this convolution has.
struct WeightSlice {
  std::int64_t first_out = 0;
  std::int64_t first_in = 0;
  std::int64_t total_in = 0;  // C of the whole
};

/// What is done with the sums of products before they are stored.
struct Epilogue {
  bool bias = false;
  bool add_partial = false;  // + a tensor of floats
  bool relu = false;
  bool store_float = false;  // fp32 instead of the element type: a partial sum
};

/// Medians, in seconds; 0 for what is not run.
struct PrimitiveTimes {
  double forward = 0.0;
  double backward_data = 0.0;
  double backward_weights = 0.0;
};

class PartConvolution {
 public:
  /// Throws Unsupported if oneDNN has no fast implementation.
  PartConvolution(Device& device, Element element, const ConvolutionShape& shape,
                  const WeightSlice& slice, const Epilogue& epilogue, bool training);

  /// To be called when the weights have changed.
  void pack(const Weights& weights);

  /// output = epilogue(convolution of input); `partial` is a tensor of floats in the output's form.
  void forward(const void* input, void* output, const float* partial = nullptr);
  /// The gradient of the whole convolution's input, for this part.
  void backward_data(const void* output_gradient, void* input_gradient);
  /// Writes this slice of the weights' gradient, and the bias's if the epilogue has a bias.
  void backward_weights(const void* input, const void* output_gradient, const Weights& weights);

  /// Runs each primitive by itself, for about `seconds`, on memory made for it. For a convolution
  /// with a bias that adds nothing to partial sums.
  [[nodiscard]] PrimitiveTimes time_primitives(double seconds);

  /// Of one pass, padding not counted.
  [[nodiscard]] double flops() const;
  /// "brgconv:avx512_core_bf16, ...": forward, backward data, backward weights.
  [[nodiscard]] std::string implementations() const;

 private:
  using Arguments = std::unordered_map<int, dnnl::memory>;

  void plan_forward(const Epilogue& epilogue);
  void plan_backward();
  [[nodiscard]] dnnl::memory::desc plain_weights(dnnl::memory::data_type type) const;
  void execute(const dnnl::primitive& primitive, Arguments arguments,
               const dnnl::memory::desc& scratchpad);

  Device& device_;
  Element element_;
  ConvolutionShape shape_;
  WeightSlice slice_;
  bool bias_ = false;
  dnnl::memory::desc input_, output_, stored_, partial_, bias_desc_;
  dnnl::convolution_forward::primitive_desc forward_desc_;
  dnnl::convolution_backward_data::primitive_desc backward_data_desc_;
  dnnl::convolution_forward forward_;
  dnnl::convolution_backward_data backward_data_;
  std::optional<ForwardProduct> forward_product_;  // instead of forward_
  std::optional<WeightGradient> weight_gradient_;
  dnnl::reorder to_forward_, to_backward_;
  // Plain: [K, kh, kw, C], K and C padded, zeros in the padding.
  dnnl::memory plain_, forward_weights_, backward_weights_in_, packed_bias_;
};

}  // namespace firesweep::runners::engine
