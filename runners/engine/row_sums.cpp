// Sums over rows of channels.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/engine/row_sums.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runners/engine/kernels.h"
#include "runners/engine/vector_bf16-inl.h"

#ifndef FIRESWEEP_ENGINE_ROW_SUMS_ONCE
#define FIRESWEEP_ENGINE_ROW_SUMS_ONCE
namespace firesweep::runners::engine {
template <typename T>
using SumRows = decltype(&sum_rows<T>);
}  // namespace firesweep::runners::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

using SumTag = hn::CappedTag<float, kChannelMultiple>;

/// kVectors of channels at once: a row's cache lines are read whole, and sums depend less on each
/// other.
template <std::size_t kVectors, typename T>
HWY_INLINE void sum_block(const T* rows, std::int64_t count, std::int64_t stride, float* sums) {
  const SumTag d;
  decltype(hn::Zero(d)) totals[kVectors];
  for (auto& total : totals) {
    total = hn::Zero(d);
  }
  for (std::int64_t row = 0; row < count; ++row, rows += stride) {
    for (std::size_t i = 0; i < kVectors; ++i) {
      totals[i] = hn::Add(totals[i], load_floats(d, rows + i * hn::Lanes(d)));
    }
  }
  for (std::size_t i = 0; i < kVectors; ++i) {
    hn::StoreU(totals[i], d, sums + i * hn::Lanes(d));
  }
}

template <typename T>
void sum(const T* rows, std::int64_t count, std::int64_t channels, float* sums) {
  if (count == 0) {  // `rows` may be null then
    std::fill_n(sums, channels, 0.0F);
    return;
  }
  const SumTag d;
  constexpr std::size_t kMany = 8;
  const auto lanes_each = static_cast<std::int64_t>(hn::Lanes(d));
  const auto many = static_cast<std::int64_t>(kMany) * lanes_each;
  std::int64_t channel = 0;
  for (; channel + many <= channels; channel += many) {
    sum_block<kMany>(rows + channel, count, channels, sums + channel);
  }
  for (; channel < channels; channel += lanes_each) {
    sum_block<1>(rows + channel, count, channels, sums + channel);
  }
}

SumRows<float> float_kernel() {
  return &sum<float>;
}
SumRows<Bf16> bf16_kernel() {
  return &sum<Bf16>;
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
void sum_rows(const T* rows, std::int64_t count, std::int64_t channels, float* sums) {
  if constexpr (std::is_same_v<T, float>) {
    HWY_DYNAMIC_DISPATCH(float_kernel)()(rows, count, channels, sums);
  } else {
    HWY_DYNAMIC_DISPATCH(bf16_kernel)()(rows, count, channels, sums);
  }
}

template void sum_rows(const float*, std::int64_t, std::int64_t, float*);
template void sum_rows(const Bf16*, std::int64_t, std::int64_t, float*);

}  // namespace firesweep::runners::engine
#endif
