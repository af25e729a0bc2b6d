// Sums and masks of whole tensors.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/engine/elementwise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runners/engine/kernels.h"
#include "runners/engine/vector_bf16-inl.h"

#ifndef FIRESWEEP_ENGINE_ELEMENTWISE_ONCE
#define FIRESWEEP_ENGINE_ELEMENTWISE_ONCE
namespace firesweep::runners::engine {
template <typename T>
struct ElementwiseKernels {
  decltype(&relu_backward<T>) relu_backward;
  decltype(&add_relu_backward<T>) add_relu_backward;
  decltype(&add<T>) add;
  decltype(&add_channels<T>) add_channels;
};
}  // namespace firesweep::runners::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

struct Mask {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V gradient, V output) const {
    return hn::IfThenZeroElse(not_positive(d, output), gradient);
  }
};
struct Sum {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V a, V b) const {
    return narrow(d, sum(d, widen(d, a), widen(d, b)));
  }
};
struct MaskedSum {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V a, V b, V output) const {
    return Mask()(d, Sum()(d, a, b), output);
  }
};

/// At most `MaxLanes(d)` values, by way of the stack.
template <class D, typename L>
HWY_INLINE hn::Vec<D> load_some(D d, const L* from, std::size_t count) {
  HWY_ALIGN std::array<L, hn::MaxLanes(d)> values{};
  std::memcpy(values.data(), from, count * sizeof(L));
  return hn::Load(d, values.data());
}

/// to[i] = operation(from[i]...).
template <class Operation, typename L, typename... From>
HWY_INLINE void transform(Operation operation, std::int64_t count, L* to, const From*... from) {
  const hn::ScalableTag<L> d;
  const hn::CappedTag<L, 8> small;
  const auto width = static_cast<std::int64_t>(hn::Lanes(d));
  const auto small_width = static_cast<std::int64_t>(hn::Lanes(small));
  std::int64_t i = 0;
  for (; i + width <= count; i += width) {
    hn::StoreU(operation(d, hn::LoadU(d, from + i)...), d, to + i);
  }
  for (; i + small_width <= count; i += small_width) {
    hn::StoreU(operation(small, hn::LoadU(small, from + i)...), small, to + i);
  }
  if (i < count) {
    const auto rest = static_cast<std::size_t>(count - i);
    HWY_ALIGN std::array<L, hn::MaxLanes(small)> results{};
    hn::Store(operation(small, load_some(small, from + i, rest)...), small, results.data());
    std::memcpy(to + i, results.data(), rest * sizeof(L));
  }
}

template <typename T>
void relu_backward(T* to, const T* gradient, const T* output, std::int64_t count) {
  transform(Mask(), count, lanes(to), lanes(gradient), lanes(output));
}

template <typename T>
void add_relu_backward(T* sum, const T* a, const T* b, const T* output, std::int64_t count) {
  transform(MaskedSum(), count, lanes(sum), lanes(a), lanes(b), lanes(output));
}

template <typename T>
void add(T* sum, const T* a, const T* b, std::int64_t count) {
  transform(Sum(), count, lanes(sum), lanes(a), lanes(b));
}

template <typename T>
void add_channels(T* sum, std::int64_t sum_stride, const T* values, std::int64_t values_stride,
                  std::int64_t channels, std::int64_t pixels) {
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
    T* const to = sum + pixel * sum_stride;
    transform(Sum(), channels, lanes(to), lanes(to), lanes(values + pixel * values_stride));
  }
}

template <typename T>
ElementwiseKernels<T> kernels() {
  return {&relu_backward<T>, &add_relu_backward<T>, &add<T>, &add_channels<T>};
}

ElementwiseKernels<float> float_kernels() {
  return kernels<float>();
}
ElementwiseKernels<Bf16> bf16_kernels() {
  return kernels<Bf16>();
}
const char* target_name() {
  return hwy::TargetName(HWY_TARGET);
}

}  // namespace
}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace firesweep::runners::engine {
namespace {

HWY_EXPORT(float_kernels);
HWY_EXPORT(bf16_kernels);
HWY_EXPORT(target_name);

template <typename T>
ElementwiseKernels<T> kernels() {
  if constexpr (std::is_same_v<T, float>) {
    return HWY_DYNAMIC_DISPATCH(float_kernels)();
  } else {
    return HWY_DYNAMIC_DISPATCH(bf16_kernels)();
  }
}

}  // namespace

const char* kernel_target() {
  return HWY_DYNAMIC_DISPATCH(target_name)();
}

template <typename T>
void relu_backward(T* to, const T* gradient, const T* output, std::int64_t count) {
  kernels<T>().relu_backward(to, gradient, output, count);
}

template <typename T>
void add_relu_backward(T* sum, const T* a, const T* b, const T* output, std::int64_t count) {
  kernels<T>().add_relu_backward(sum, a, b, output, count);
}

template <typename T>
void add(T* sum, const T* a, const T* b, std::int64_t count) {
  kernels<T>().add(sum, a, b, count);
}

template <typename T>
void add_channels(T* sum, std::int64_t sum_stride, const T* values, std::int64_t values_stride,
                  std::int64_t channels, std::int64_t pixels) {
  kernels<T>().add_channels(sum, sum_stride, values, values_stride, channels, pixels);
}

template void relu_backward(float*, const float*, const float*, std::int64_t);
template void relu_backward(Bf16*, const Bf16*, const Bf16*, std::int64_t);
template void add_relu_backward(float*, const float*, const float*, const float*, std::int64_t);
template void add_relu_backward(Bf16*, const Bf16*, const Bf16*, const Bf16*, std::int64_t);
template void add(float*, const float*, const float*, std::int64_t);
template void add(Bf16*, const Bf16*, const Bf16*, std::int64_t);
template void add_channels(float*, std::int64_t, const float*, std::int64_t, std::int64_t,
                           std::int64_t);
template void add_channels(Bf16*, std::int64_t, const Bf16*, std::int64_t, std::int64_t,
                           std::int64_t);

}  // namespace firesweep::runners::engine
#endif
