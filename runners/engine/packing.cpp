// Rows of channels between dense float arrays and the padded activations.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/engine/packing.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runners/engine/kernels.h"
#include "runners/engine/vector_bf16-inl.h"

#ifndef FIRESWEEP_ENGINE_PACKING_ONCE
#define FIRESWEEP_ENGINE_PACKING_ONCE
namespace firesweep::runners::engine {
template <typename T>
using PackRows = decltype(&pack_rows<T>);
}  // namespace firesweep::runners::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

template <typename T>
HWY_INLINE void pack_block(const float* values, T* packed) {
  const hn::CappedTag<float, kChannelMultiple> d;
  for (std::size_t lane = 0; lane < kChannelMultiple; lane += hn::Lanes(d)) {
    store_floats(hn::LoadU(d, values + lane), d, packed + lane);
  }
}

template <typename T>
void pack(const float* values, std::int64_t stride, std::int64_t channels, std::int64_t rows,
          T* packed) {
  for (std::int64_t row = 0; row < rows; ++row, values += stride) {
    std::int64_t channel = 0;
    for (; channel + kChannelMultiple <= channels; channel += kChannelMultiple) {
      pack_block(values + channel, packed);
      packed += kChannelMultiple;
    }
    if (channel < channels) {
      std::array<float, static_cast<std::size_t>(kChannelMultiple)> rest{};
      std::copy(values + channel, values + channels, rest.begin());
      pack_block(rest.data(), packed);
      packed += kChannelMultiple;
    }
  }
}

PackRows<float> float_kernel() {
  return &pack<float>;
}
PackRows<Bf16> bf16_kernel() {
  return &pack<Bf16>;
}

}  // namespace
}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace firesweep::runners::engine {
namespace {

HWY_EXPORT(float_kernel);
HWY_EXPORT(bf16_kernel);

}  // namespace

template <typename T>
void pack_rows(const float* values, std::int64_t stride, std::int64_t channels, std::int64_t rows,
               T* packed) {
  if constexpr (std::is_same_v<T, float>) {
    HWY_DYNAMIC_DISPATCH(float_kernel)()(values, stride, channels, rows, packed);
  } else {
    HWY_DYNAMIC_DISPATCH(bf16_kernel)()(values, stride, channels, rows, packed);
  }
}

void unpack_rows(const float* packed, std::int64_t channels, std::int64_t rows, float* values,
                 std::int64_t stride) {
  for (std::int64_t row = 0; row < rows; ++row) {
    std::copy_n(packed + row * padded_channels(channels), channels, values + row * stride);
  }
}

template void pack_rows(const float*, std::int64_t, std::int64_t, std::int64_t, float*);
template void pack_rows(const float*, std::int64_t, std::int64_t, std::int64_t, Bf16*);

}  // namespace firesweep::runners::engine
#endif
