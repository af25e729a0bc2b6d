#include "runners/engine/direct/blocked_layout.h"

#include <cstddef>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/engine/direct/blocked_layout.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runners/engine/vector_bf16-inl.h"

#ifndef FIRESWEEP_ENGINE_DIRECT_BLOCKED_LAYOUT_ONCE
#define FIRESWEEP_ENGINE_DIRECT_BLOCKED_LAYOUT_ONCE
namespace firesweep::runners::engine {
/// `relu_output` may be null: no mask.
template <typename T>
using ToBlocked = void (*)(const T* values, const T* relu_output, std::int64_t pixels,
                           const BlockedTensor& blocked);
using AddChannelSums = decltype(&add_channel_sums);
}  // namespace firesweep::runners::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

using BlockTag = hn::CappedTag<float, kChannelMultiple>;

template <bool kMasked, typename T>
void spread(const T* values, const T* relu_output, std::int64_t pixels,
            const BlockedTensor& blocked) {
  const BlockTag d;
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
    float* to = blocked.data + pixel * kChannelMultiple;
    for (std::int64_t channel = 0; channel < blocked.channels; channel += kChannelMultiple) {
      for (std::int64_t lane = 0; lane < kChannelMultiple;
           lane += static_cast<std::int64_t>(hn::Lanes(d))) {
        auto vector = load_floats(d, values + lane);
        if constexpr (kMasked) {
          vector = hn::IfThenZeroElse(not_positive(d, load_floats(d, relu_output + lane)), vector);
        }
        hn::StoreU(vector, d, to + lane);
      }
      values += kChannelMultiple;
      if constexpr (kMasked) {
        relu_output += kChannelMultiple;
      }
      to += blocked.block_size();
    }
  }
}

template <typename T>
void to_blocked_of(const T* values, const T* relu_output, std::int64_t pixels,
                   const BlockedTensor& blocked) {
  if (relu_output == nullptr) {
    spread<false>(values, relu_output, pixels, blocked);
  } else {
    spread<true>(values, relu_output, pixels, blocked);
  }
}

void add_sums(const BlockedTensor& blocked, std::int64_t pixels, float* sums) {
  const BlockTag d;
  for (std::int64_t channel = 0; channel < blocked.channels; channel += kChannelMultiple) {
    const float* const block = blocked.block(channel);
    for (std::int64_t lane = 0; lane < kChannelMultiple;
         lane += static_cast<std::int64_t>(hn::Lanes(d))) {
      auto sum = hn::Zero(d);
      for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
        sum = hn::Add(sum, hn::LoadU(d, block + pixel * kChannelMultiple + lane));
      }
      float* const to = sums + channel + lane;
      hn::StoreU(hn::Add(hn::LoadU(d, to), sum), d, to);
    }
  }
}

ToBlocked<float> to_blocked_float() {
  return &to_blocked_of<float>;
}
ToBlocked<Bf16> to_blocked_bf16() {
  return &to_blocked_of<Bf16>;
}
AddChannelSums add_sums_kernel() {
  return &add_sums;
}

}  // namespace
}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace firesweep::runners::engine {
namespace {

HWY_EXPORT(to_blocked_float);
HWY_EXPORT(to_blocked_bf16);
HWY_EXPORT(add_sums_kernel);

template <typename T>
ToBlocked<T> to_blocked_kernel() {
  if constexpr (std::is_same_v<T, float>) {
    return HWY_DYNAMIC_DISPATCH(to_blocked_float)();
  } else {
    return HWY_DYNAMIC_DISPATCH(to_blocked_bf16)();
  }
}

}  // namespace

template <typename T>
void to_blocked(const T* values, std::int64_t pixels, const BlockedTensor& blocked) {
  to_blocked_kernel<T>()(values, nullptr, pixels, blocked);
}

template <typename T>
void to_blocked_with_relu_mask(const T* gradient, const T* relu_output, std::int64_t pixels,
                               const BlockedTensor& blocked) {
  to_blocked_kernel<T>()(gradient, relu_output, pixels, blocked);
}

void add_channel_sums(const BlockedTensor& blocked, std::int64_t pixels, float* sums) {
  HWY_DYNAMIC_DISPATCH(add_sums_kernel)()(blocked, pixels, sums);
}

template void to_blocked(const float*, std::int64_t, const BlockedTensor&);
template void to_blocked(const Bf16*, std::int64_t, const BlockedTensor&);
template void to_blocked_with_relu_mask(const float*, const float*, std::int64_t,
                                        const BlockedTensor&);
template void to_blocked_with_relu_mask(const Bf16*, const Bf16*, std::int64_t,
                                        const BlockedTensor&);

}  // namespace firesweep::runners::engine
#endif
