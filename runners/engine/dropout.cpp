// Dropout by numbers that are a function of key and counter: no state, no order, any number of
// threads. The function is a 32-bit mixer of three multiply-xorshift rounds, with the shifts and
// multipliers of Chris Wellons's "triple32" (hash-prospector, public domain).
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/engine/dropout.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "base/splitmix64.h"
#include "runners/engine/kernels.h"
#include "runners/engine/vector_bf16-inl.h"

#ifndef FIRESWEEP_ENGINE_DROPOUT_ONCE
#define FIRESWEEP_ENGINE_DROPOUT_ONCE
namespace firesweep::runners::engine {
/// 2^32 consecutive numbers of a stream: their counters differ in the lower half only.
struct DropoutBlock {
  std::uint32_t before = 0;     // added to the counter
  std::uint32_t within = 0;     // added after the first round: blocks are not each other's shifts
  std::uint32_t threshold = 0;  // smaller numbers drop
  float scale = 1.0F;
};

template <typename T>
using DropBlock = void (*)(T* values, std::size_t count, std::uint32_t counter,
                           const DropoutBlock& block);
}  // namespace firesweep::runners::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

template <class D, class V>
HWY_INLINE V random_numbers(D d, V counter, const DropoutBlock& block) {
  auto x = hn::Add(counter, hn::Set(d, block.before));
  x = hn::Mul(hn::Xor(x, hn::ShiftRight<17>(x)), hn::Set(d, 0xED5AD4BBU));
  x = hn::Add(x, hn::Set(d, block.within));
  x = hn::Mul(hn::Xor(x, hn::ShiftRight<11>(x)), hn::Set(d, 0xAC4C1B51U));
  x = hn::Mul(hn::Xor(x, hn::ShiftRight<15>(x)), hn::Set(d, 0x31848BABU));
  return hn::Xor(x, hn::ShiftRight<14>(x));
}

template <class D, class V, typename T>
HWY_INLINE void drop(D d, V counters, T* values, const DropoutBlock& block) {
  const hn::RebindToUnsigned<D> number_tag;
  const auto numbers = random_numbers(number_tag, counters, block);
  const auto dropped = hn::Lt(numbers, hn::Set(number_tag, block.threshold));
  const auto factor = hn::IfThenZeroElse(hn::RebindMask(d, dropped), hn::Set(d, block.scale));
  store_floats(hn::Mul(load_floats(d, values), factor), d, values);
}

template <typename T>
void drop_block(T* values, std::size_t count, std::uint32_t counter, const DropoutBlock& block) {
  const hn::ScalableTag<float> d;
  const hn::RebindToUnsigned<decltype(d)> number_tag;
  const std::size_t width = hn::Lanes(d);
  // Iota is expensive, so it runs once.
  auto counters = hn::Add(hn::Iota(number_tag, 0U), hn::Set(number_tag, counter));
  const auto next = hn::Set(number_tag, static_cast<std::uint32_t>(width));
  std::size_t i = 0;
  for (; i + width <= count; i += width) {
    drop(d, counters, values + i, block);
    counters = hn::Add(counters, next);
  }
  if (i < count) {
    HWY_ALIGN std::array<T, hn::MaxLanes(d)> rest{};
    std::copy(values + i, values + count, rest.begin());
    drop(d, counters, rest.data(), block);
    std::copy_n(rest.begin(), count - i, values + i);
  }
}

DropBlock<float> float_kernel() {
  return &drop_block<float>;
}
DropBlock<Bf16> bf16_kernel() {
  return &drop_block<Bf16>;
}

}  // namespace
}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace firesweep::runners::engine {
namespace {

HWY_EXPORT(float_kernel);
HWY_EXPORT(bf16_kernel);

constexpr std::uint64_t kBlockSize = std::uint64_t{1} << 32;

template <typename T>
DropBlock<T> kernel() {
  if constexpr (std::is_same_v<T, float>) {
    return HWY_DYNAMIC_DISPATCH(float_kernel)();
  } else {
    return HWY_DYNAMIC_DISPATCH(bf16_kernel)();
  }
}

DropoutBlock block_of(double probability, std::uint64_t key, std::uint64_t number) {
  const std::uint64_t mixed = base::splitmix64(base::splitmix64(key) + number * base::kGoldenGamma);
  DropoutBlock block;
  block.before = static_cast<std::uint32_t>(mixed);
  block.within = static_cast<std::uint32_t>(mixed >> 32);
  if (probability >= 1.0) {
    block.scale = 0.0F;
  } else {
    const double threshold = std::round(probability * static_cast<double>(kBlockSize));
    block.threshold = static_cast<std::uint32_t>(std::clamp(threshold, 0.0, 4294967295.0));
    block.scale = static_cast<float>(1.0 / (1.0 - probability));
  }
  return block;
}

}  // namespace

template <typename T>
void dropout(T* values, std::int64_t count, double probability, std::uint64_t key,
             std::uint64_t first) {
  const DropBlock<T> drop = kernel<T>();
  auto left = static_cast<std::uint64_t>(count);
  while (left > 0) {
    const std::uint64_t counter = first % kBlockSize;
    const std::uint64_t now = std::min(left, kBlockSize - counter);
    drop(values, static_cast<std::size_t>(now), static_cast<std::uint32_t>(counter),
         block_of(probability, key, first / kBlockSize));
    values += now;
    first += now;
    left -= now;
  }
}

template void dropout(float*, std::int64_t, double, std::uint64_t, std::uint64_t);
template void dropout(Bf16*, std::int64_t, double, std::uint64_t, std::uint64_t);

}  // namespace firesweep::runners::engine
#endif
