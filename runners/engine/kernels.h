// The parts of a training step other than convolutions, vectorised for the processor at run time.
// One thread each; the caller divides images among threads. T is float or Bf16; sums are formed in
// float, and rounded to the nearest even Bf16 once. Pointers to activations are aligned to 64 bytes
// and their channel counts are padded (element.h). Infinities, NaN and -0.0 are treated as
// LibTorch's operators treat them.
#pragma once

#include <cstdint>
#include <span>

#include "runners/engine/element.h"

namespace firesweep::runners::engine {

/// Of a max-pool without padding; windows may reach over the lower and right border (ceil mode).
struct PoolShape {
  std::int64_t in_height = 0;
  std::int64_t in_width = 0;
  std::int64_t out_height = 0;
  std::int64_t out_width = 0;
  std::int64_t kernel = 3;
  std::int64_t stride = 2;
  std::int64_t channels = 0;  // padded
};

/// In `index`: no gradient flows back, for the input was the output of a ReLU, and is 0.
inline constexpr std::uint8_t kNoGradient = 255;

/// [N, in_height, in_width, C] -> [N, out_height, out_width, C]; `index` gets, in the form of the
/// output, the position of the first maximum in its window (row * kernel + column; of the last NaN
/// if there is one). `after_relu`: the input is not negative; zeros get kNoGradient. An empty
/// `index` (null) is not written. kernel * kernel < 255.
template <typename T>
void max_pool_forward(const T* input, T* output, std::uint8_t* index, const PoolShape& shape,
                      std::int64_t images, bool after_relu);

/// Writes every element of `input_gradient` (the sum over the windows it was the maximum of).
template <typename T>
void max_pool_backward(const T* output_gradient, const std::uint8_t* index, T* input_gradient,
                       const PoolShape& shape, std::int64_t images);

/// to = output <= 0 ? 0 : gradient; `to` may be `gradient`.
template <typename T>
void relu_backward(T* to, const T* gradient, const T* output, std::int64_t count);

/// sum = output <= 0 ? 0 : a + b; `sum` may be `a` or `b`.
template <typename T>
void add_relu_backward(T* sum, const T* a, const T* b, const T* output, std::int64_t count);

/// sum = a + b; `sum` may be `a` or `b`.
template <typename T>
void add(T* sum, const T* a, const T* b, std::int64_t count);

/// For tensors whose channels are divided differently: `channels` channels of each of `pixels`
/// pixels of `values` are added to those of `sum`; pixels are `sum_stride` and `values_stride`
/// elements apart. Nothing is aligned here.
template <typename T>
void add_channels(T* sum, std::int64_t sum_stride, const T* values, std::int64_t values_stride,
                  std::int64_t channels, std::int64_t pixels);

/// Element i is kept, and multiplied by 1 / (1 - probability), if the i-th number of the stream
/// `key` is large enough, else multiplied by 0. The stream is counter-based and the same on every
/// machine; `first` is its first number used. Its own backward pass.
template <typename T>
void dropout(T* values, std::int64_t count, double probability, std::uint64_t key,
             std::uint64_t first);

/// Mean over the `pixels` of each image: [N, pixels, padded channels] -> [N, channels].
template <typename T>
void average_forward(const T* input, float* output, std::int64_t images, std::int64_t pixels,
                     std::int64_t channels);

/// gradient [N, channels] -> [N, pixels, padded channels], divided by `pixels`, padding zero; 0
/// where `relu_output` (null: no ReLU) is not positive.
template <typename T>
void average_backward(const float* output_gradient, const T* relu_output, T* input_gradient,
                      std::int64_t images, std::int64_t pixels, std::int64_t channels);

/// `rows` rows of `channels` floats, `stride` floats apart (not aligned), become rows of padded
/// channels of T, the padding zero.
template <typename T>
void pack_rows(const float* values, std::int64_t stride, std::int64_t channels, std::int64_t rows,
               T* packed);

/// The inverse, for floats: rows of padded channels to rows `stride` floats apart.
void unpack_rows(const float* packed, std::int64_t channels, std::int64_t rows, float* values,
                 std::int64_t stride);

/// Sums in double; the order of additions depends on the count only, not on the machine.
[[nodiscard]] double sum_of_squares(std::span<const float> values);

/// One step of stochastic gradient descent with momentum as torch.optim.SGD defines it:
/// g = gradient_scale * gradient + weight_decay * value; velocity = momentum * velocity + g;
/// value -= learning_rate * (nesterov ? g + momentum * velocity : velocity).
struct SgdStep {
  float learning_rate = 0.0F;
  float momentum = 0.0F;
  float weight_decay = 0.0F;
  float gradient_scale = 1.0F;
  bool nesterov = false;
};
void sgd_update(std::span<float> values, std::span<const float> gradient, std::span<float> velocity,
                const SgdStep& step);

/// sums[c] = sum over `count` rows [count, channels]; channels are padded.
template <typename T>
void sum_rows(const T* rows, std::int64_t count, std::int64_t channels, float* sums);

/// The instruction set of the kernels: "AVX3", "AVX2", ... (Highway's names).
[[nodiscard]] const char* kernel_target();

}  // namespace firesweep::runners::engine
