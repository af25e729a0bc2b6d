// Global average pooling and its gradient.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/engine/average.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runners/engine/kernels.h"
#include "runners/engine/vector_bf16-inl.h"

#ifndef FIRESWEEP_ENGINE_AVERAGE_ONCE
#define FIRESWEEP_ENGINE_AVERAGE_ONCE
namespace firesweep::runners::engine {
template <typename T>
struct AverageKernels {
  decltype(&average_forward<T>) forward;
  decltype(&average_backward<T>) backward;
};
using ChannelBlock = std::array<float, static_cast<std::size_t>(kChannelMultiple)>;
}  // namespace firesweep::runners::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

template <typename T>
HWY_INLINE void average_block(const T* input, std::int64_t pixels, std::int64_t stride,
                              ChannelBlock& average) {
  const hn::CappedTag<float, kChannelMultiple> d;
  for (std::size_t lane = 0; lane < average.size(); lane += hn::Lanes(d)) {
    auto total = hn::Zero(d);
    const T* from = input + lane;
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel, from += stride) {
      total = hn::Add(total, load_floats(d, from));
    }
    hn::StoreU(hn::Div(total, hn::Set(d, static_cast<float>(pixels))), d, average.data() + lane);
  }
}

template <typename T>
void forward(const T* input, float* output, std::int64_t images, std::int64_t pixels,
             std::int64_t channels) {
  const std::int64_t stride = padded_channels(channels);
  for (std::int64_t image = 0; image < images; ++image, input += pixels * stride) {
    for (std::int64_t channel = 0; channel < channels; channel += kChannelMultiple) {
      ChannelBlock average;
      average_block(input + channel, pixels, stride, average);
      const std::int64_t real = std::min(kChannelMultiple, channels - channel);
      output = std::copy_n(average.begin(), real, output);
    }
  }
}

template <typename T>
HWY_INLINE void spread_block(const ChannelBlock& gradient, const T* relu_output, T* to,
                             std::int64_t pixels, std::int64_t stride) {
  const hn::CappedTag<float, kChannelMultiple> d;
  const hn::CappedTag<Lane<T>, hn::MaxLanes(d)> lane_tag;
  for (std::size_t lane = 0; lane < gradient.size(); lane += hn::Lanes(d)) {
    HWY_ALIGN std::array<T, hn::MaxLanes(d)> numbers;
    const auto each =
        hn::Div(hn::LoadU(d, gradient.data() + lane), hn::Set(d, static_cast<float>(pixels)));
    store_floats(each, d, numbers.data());
    const auto values = hn::LoadU(lane_tag, lanes(numbers.data()));
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
      const std::int64_t offset = pixel * stride + static_cast<std::int64_t>(lane);
      auto result = values;
      if (relu_output != nullptr) {
        const auto output = hn::LoadU(lane_tag, lanes(relu_output) + offset);
        result = hn::IfThenZeroElse(not_positive(lane_tag, output), result);
      }
      hn::StoreU(result, lane_tag, lanes(to) + offset);
    }
  }
}

template <typename T>
void backward(const float* output_gradient, const T* relu_output, T* input_gradient,
              std::int64_t images, std::int64_t pixels, std::int64_t channels) {
  const std::int64_t stride = padded_channels(channels);
  for (std::int64_t image = 0; image < images; ++image) {
    for (std::int64_t channel = 0; channel < channels; channel += kChannelMultiple) {
      ChannelBlock gradient{};
      const std::int64_t real = std::min(kChannelMultiple, channels - channel);
      std::copy_n(output_gradient + image * channels + channel, real, gradient.begin());
      const std::int64_t start = image * pixels * stride + channel;
      spread_block(gradient, relu_output != nullptr ? relu_output + start : nullptr,
                   input_gradient + start, pixels, stride);
    }
  }
}

AverageKernels<float> float_kernels() {
  return {&forward<float>, &backward<float>};
}
AverageKernels<Bf16> bf16_kernels() {
  return {&forward<Bf16>, &backward<Bf16>};
}

}  // namespace
}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace firesweep::runners::engine {
namespace {

HWY_EXPORT(float_kernels);
HWY_EXPORT(bf16_kernels);

template <typename T>
AverageKernels<T> kernels() {
  if constexpr (std::is_same_v<T, float>) {
    return HWY_DYNAMIC_DISPATCH(float_kernels)();
  } else {
    return HWY_DYNAMIC_DISPATCH(bf16_kernels)();
  }
}

}  // namespace

template <typename T>
void average_forward(const T* input, float* output, std::int64_t images, std::int64_t pixels,
                     std::int64_t channels) {
  kernels<T>().forward(input, output, images, pixels, channels);
}

template <typename T>
void average_backward(const float* output_gradient, const T* relu_output, T* input_gradient,
                      std::int64_t images, std::int64_t pixels, std::int64_t channels) {
  kernels<T>().backward(output_gradient, relu_output, input_gradient, images, pixels, channels);
}

template void average_forward(const float*, float*, std::int64_t, std::int64_t, std::int64_t);
template void average_forward(const Bf16*, float*, std::int64_t, std::int64_t, std::int64_t);
template void average_backward(const float*, const float*, float*, std::int64_t, std::int64_t,
                               std::int64_t);
template void average_backward(const float*, const Bf16*, Bf16*, std::int64_t, std::int64_t,
                               std::int64_t);

}  // namespace firesweep::runners::engine
#endif
