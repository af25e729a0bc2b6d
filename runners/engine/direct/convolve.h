// Convolutions of stride 1 whose output has the size of their input, computed directly: a tile of
// output pixels stays in registers while all its contributions are added. Products with pixels
// beyond the border are left out (two fifths of a 3x3 convolution at 3x3 pixels). For vectors of
// 512 bits and 32 registers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>

#include "runners/engine/direct/blocked_layout.h"

namespace firesweep::runners::engine {

/// Whether these kernels run on this processor.
[[nodiscard]] bool has_direct_convolutions();

/// One addend: the convolution of `input` with a kernel of kernel x kernel (1 or 3) pixels.
struct ConvolutionTerm {
  BlockedTensor input;
  std::int64_t kernel = 1;
  const float* weights = nullptr;  // packed_size() floats, as pack_weights() makes them
  bool transformed = false;        // or winograd_size() of pack_transformed(), for 3x3
};

/// Addends of one output, without memory of their own. The gradient of a Fire module's input has
/// three: of the squeeze convolution and of both bypass convolutions.
class ConvolutionTerms {
 public:
  /// Throws std::logic_error if there are more.
  void add(const ConvolutionTerm& term) {
    if (count_ == terms_.size()) {
      throw std::logic_error("too many addends of a direct convolution");
    }
    terms_[count_++] = term;
  }
  operator std::span<const ConvolutionTerm>() const {  // NOLINT(google-explicit-constructor)
    return std::span(terms_).first(count_);
  }

 private:
  std::array<ConvolutionTerm, 3> terms_{};
  std::size_t count_ = 0;
};

/// What is done with the sums, in the order of the fields; null: not done.
template <typename T>
struct ConvolutionOutput {
  std::int64_t channels = 0;       // padded
  const float* bias = nullptr;     // [channels]
  bool relu = false;               // NaN stays NaN
  const T* addend = nullptr;       // [N, H, W, channels]
  const T* relu_output = nullptr;  // [N, H, W, channels]: 0 where this is not positive
  T* values = nullptr;             // [N, H, W, channels]
  BlockedTensor blocked{};         // the values, rounded to T
};

/// The sum of all terms. All inputs have the extent's pixels. T is float or Bf16. The last term may
/// be transformed; then `scratch` has the winograd_scratch() of its channels. Throws
/// std::logic_error if another is, or if there is no scratch memory.
template <typename T>
void convolve(std::span<const ConvolutionTerm> terms, const ImageExtent& extent,
              const ConvolutionOutput<T>& output, float* scratch = nullptr);

/// gradient[k][tap][c] += sum over all pixels of output_gradient[pixel][k] * input[pixel + tap][c];
/// gradient [K, kernel * kernel, C], K and C padded.
void add_weight_gradient(const BlockedTensor& output_gradient, const BlockedTensor& input,
                         const ImageExtent& extent, std::int64_t kernel, float* gradient);

/// Weights of a convolution in fp32: [K, kernel * kernel, C], K and C padded with zeros.
struct PlainWeights {
  const float* data = nullptr;
  std::int64_t out_channels = 0;
  std::int64_t in_channels = 0;
  std::int64_t kernel = 1;

  [[nodiscard]] constexpr std::int64_t taps() const { return kernel * kernel; }
  [[nodiscard]] constexpr std::int64_t packed_size() const {
    return out_channels * taps() * in_channels;
  }
};

/// For the forward pass, from C to K channels.
void pack_weights(const PlainWeights& weights, float* packed);
/// For the backward pass, from K to C channels: the gradient of the input.
void pack_weights_backward(const PlainWeights& weights, float* packed);

}  // namespace firesweep::runners::engine
