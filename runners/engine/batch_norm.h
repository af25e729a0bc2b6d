// Batch normalisation in training (S. Ioffe and C. Szegedy, Batch Normalization, 2015, algorithm
// 1), with the ReLU behind it. Statistics and parameters are in fp32, or wider, whatever
// activations are stored in. In evaluation there is none: it is folded into the convolution's
// weights (folded_weights.h).
//
// Sums are formed over blocks of pixels, each by one thread, and then added in the order of the
// blocks: bits do not depend on the number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "runners/engine/activation.h"
#include "runners/engine/norm_kernels.h"
#include "runners/engine/norm_weights.h"

namespace firesweep::runners::engine {

struct NormShape {
  std::int64_t channels = 0;  // without padding
  std::int64_t pixels = 0;    // of all images: N * H * W
  std::int64_t blocks = 0;    // of pixels, as the caller divides them
  bool relu = false;
};

/// Of one part. A forward pass gathers all blocks, then finishes the statistics, then normalises;
/// the backward pass likewise. A single value per channel has no variance: it is normalised by the
/// running statistics, which stay as they are.
class BatchNorm {
 public:
  BatchNorm(const NormWeights& weights, const NormShape& shape);
  /// Divided into blocks for forward() and backward().
  BatchNorm(const NormWeights& weights, const Activation& form, bool relu);

  /// The statistics of a block's `pixels` pixels. Blocks may be gathered at the same time. T is the
  /// element type.
  template <typename T>
  void gather(std::int64_t block, const T* values, std::int64_t pixels);
  /// Mean and variance, and updates the running ones.
  void finish_statistics();
  /// What y = norm(x) is, until the next finish_statistics().
  [[nodiscard]] NormForward normalization() const;

  /// The sums that gradients need of a block, `gradient` being that of the output; as
  /// norm_gradient_sums().
  template <typename T>
  void gather_gradient(std::int64_t block, const T* gradient, const T* other, T* total,
                       const T* values, std::int64_t pixels);
  /// Writes the gradients of scale and shift.
  void finish_gradient();
  /// What the gradient of x is, until the next finish_gradient().
  [[nodiscard]] NormBackward gradient() const;

  /// Whole parts, in parallel: output = y + addend (no memory: without).
  void forward(const Part& values, const Part& addend, const Part& output, Element element);
  /// `result`: the gradient of x; of the sum of both gradients, which is formed in `gradient`, if
  /// `other` has memory. `result` may be `gradient`.
  void backward(const Part& gradient, const Part& other, const Part& values, const Part& result,
                Element element);

 private:
  [[nodiscard]] std::int64_t padded() const { return padded_channels(shape_.channels); }
  [[nodiscard]] bool has_variance() const { return shape_.pixels > 1; }
  void update_running(std::size_t channel, double mean, double variance) const;
  template <typename Work>
  void in_blocks(const Work& work) const;

  NormWeights weights_;
  NormShape shape_;
  std::int64_t block_pixels_ = 0;  // of forward() and backward()
  std::vector<float> sums_;        // [blocks, kNormStatistics, padded channels], or 2 of gradients
  std::vector<double> counts_;     // of pixels, [blocks]
  std::vector<double> first_totals_, second_totals_;          // [2, padded channels]
  std::vector<float> mean_, scale_, shift_, slope_, offset_;  // [padded channels]
  std::vector<double> deviation_;  // its inverse: 1 / sqrt(variance + epsilon), [padded channels]
};

}  // namespace firesweep::runners::engine
