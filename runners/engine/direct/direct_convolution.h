// The weights of a direct convolution from one part to one part, packed for forward and backward
// pass, and the sums that become their gradient.
#pragma once

#include <cstdint>
#include <vector>

#include "runners/engine/convolution.h"
#include "runners/engine/direct/convolve.h"
#include "runners/engine/layer.h"

namespace firesweep::runners::engine {

struct DirectShape {
  WeightSlice slice;
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  std::int64_t kernel = 1;     // 1 or 3
  bool bias = false;           // of a convolution of several inputs only one adds the bias
  bool input_gradient = true;  // wanted in training
  bool transformed = false;    // 3x3 only: by Winograd convolution
};

/// Of convolutions to one part.
struct DirectOutput {
  std::int64_t out_channels = 0;
  std::int64_t kernel = 1;
  std::int64_t first_out = 0;  // of the whole weight's output channels
};

class DirectConvolution {
 public:
  DirectConvolution(const PlanContext& context, const DirectShape& shape);

  /// To be called when the weights have changed.
  void pack(const Weights& weights);

  /// Padded.
  [[nodiscard]] std::int64_t in_channels() const { return padded_channels(shape_.in_channels); }
  [[nodiscard]] bool transformed() const { return shape_.transformed; }
  [[nodiscard]] ConvolutionTerm term(const BlockedTensor& input) const;
  /// Of the gradient of the input.
  [[nodiscard]] ConvolutionTerm backward_term(const BlockedTensor& output_gradient) const;
  /// [padded output channels]; null without one.
  [[nodiscard]] const float* bias() const;

  /// Memory for the gradient, which may be released for layers that run after write_gradient().
  [[nodiscard]] Lease plan_gradient();
  /// A backward pass: first clear, then any number of additions, each thread its own, then write.
  /// `scratch` is as convolve() wants it.
  void clear_gradient() const;
  void add_gradient(std::int64_t thread, const BlockedTensor& output_gradient,
                    const BlockedTensor& input, const ImageExtent& extent, float* scratch) const;
  void write_gradient(const Weights& weights) const;

 private:
  [[nodiscard]] PlainWeights plain() const;
  /// Floats of the weights as they are multiplied.
  [[nodiscard]] std::int64_t size() const;
  void pack_plain() const;
  /// Floats of one thread's sums: of the weights, then of the bias.
  [[nodiscard]] std::int64_t sums_size() const;

  const PlanContext& context_;
  DirectShape shape_;
  Lease forward_, backward_, bias_;
  float* plain_ = nullptr;  // while weights are packed
  float* transformed_ = nullptr;
  Bf16* rounded_ = nullptr;
  float* sums_ = nullptr;      // [threads, sums_size()]
  float* gradient_ = nullptr;  // transformed to kernel elements
};

/// The convolutions to one part from each part of the input.
[[nodiscard]] std::vector<DirectConvolution> from_parts(const PlanContext& context,
                                                        const Activation& input,
                                                        const DirectOutput& output);
/// The convolution of im2col rows of `row_size` elements, weights [K, row_size].
[[nodiscard]] std::vector<DirectConvolution> from_im2col(const PlanContext& context,
                                                         std::int64_t row_size,
                                                         std::int64_t out_channels);

}  // namespace firesweep::runners::engine
