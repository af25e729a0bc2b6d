// Vectors of floats and of Bf16 for the kernels, compiled once for each target. Bf16 is converted
// by integer arithmetic: the processors' own instructions treat denormals differently.
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <hwy/highway.h>

#include "runners/engine/element.h"

#if defined(FIRESWEEP_ENGINE_VECTOR_BF16_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIRESWEEP_ENGINE_VECTOR_BF16_INL_H_
#undef FIRESWEEP_ENGINE_VECTOR_BF16_INL_H_
#else
#define FIRESWEEP_ENGINE_VECTOR_BF16_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Bf16 in memory are 16-bit lanes: twice as many per vector as floats.
HWY_INLINE const float* lanes(const float* values) {
  return values;
}
HWY_INLINE float* lanes(float* values) {
  return values;
}
HWY_INLINE const std::int16_t* lanes(const Bf16* values) {
  return reinterpret_cast<const std::int16_t*>(values);
}
HWY_INLINE std::int16_t* lanes(Bf16* values) {
  return reinterpret_cast<std::int16_t*>(values);
}

template <typename T>
struct LaneOf {
  using type = float;
};
template <>
struct LaneOf<Bf16> {
  using type = std::int16_t;
};
template <typename T>
using Lane = typename LaneOf<T>::type;

template <class D>
concept FloatLanes = std::is_same_v < hn::TFromD<D>,
float > ;
template <class D>
concept Bf16Lanes = std::is_same_v<hn::TFromD<D>, std::int16_t>;

inline constexpr std::int16_t kMagnitude = 0x7FFF;  // of a Bf16's bits
inline constexpr std::int16_t kInfinity = 0x7F80;   // greater magnitudes are NaN

/// The bits of floats rounded to the nearest even Bf16, in the upper half of each 32-bit lane, the
/// lower half to be ignored. NaN becomes quiet: its payload might be in the lower half only.
template <class D>
HWY_INLINE auto rounded(D d, hn::Vec<D> values) {
  const hn::RebindToUnsigned<D> bits_tag;
  const auto bits = hn::BitCast(bits_tag, values);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(bits_tag, 1U));
  const auto nearest = hn::Add(bits, hn::Add(odd, hn::Set(bits_tag, 0x7FFFU)));
  const auto quiet = hn::Or(bits, hn::Set(bits_tag, 0x00400000U));
  const auto nan = hn::RebindMask(bits_tag, hn::IsNaN(values));
  static_cast<void>(d);
  return hn::IfThenElse(nan, quiet, nearest);
}

/// Consecutive numbers as floats, whatever they are in memory.
template <class D>
HWY_INLINE hn::Vec<D> load_floats(D d, const float* from) {
  return hn::LoadU(d, from);
}
template <class D>
HWY_INLINE hn::Vec<D> load_floats(D d, const Bf16* from) {
  const hn::Rebind<std::uint16_t, D> half_tag;
  const hn::RebindToUnsigned<D> bits_tag;
  const auto half =
      hn::BitCast(half_tag, hn::LoadU(hn::RebindToSigned<decltype(half_tag)>(), lanes(from)));
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(bits_tag, half)));
}
template <class D>
HWY_INLINE void store_floats(hn::Vec<D> values, D d, float* to) {
  hn::StoreU(values, d, to);
}
template <class D>
HWY_INLINE void store_floats(hn::Vec<D> values, D d, Bf16* to) {
  const hn::Rebind<std::uint16_t, D> half_tag;
  const hn::RebindToSigned<decltype(half_tag)> lane_tag;
  const auto half = hn::TruncateTo(half_tag, hn::ShiftRight<16>(rounded(d, values)));
  hn::StoreU(hn::BitCast(lane_tag, half), lane_tag, lanes(to));
}

/// Rounded to T.
template <typename T, class D>
HWY_INLINE hn::Vec<D> as_stored(D d, hn::Vec<D> values) {
  if constexpr (std::is_same_v<T, Bf16>) {
    const hn::RebindToUnsigned<D> bits_tag;
    return hn::BitCast(d, hn::And(rounded(d, values), hn::Set(bits_tag, 0xFFFF0000U)));
  } else {
    static_cast<void>(d);
    return values;
  }
}

/// For sums: a vector of Bf16 as two of floats, the even and the odd lanes. No lane crosses
/// the vector, which keeps this cheap.
template <class D, typename L = hn::TFromD<D>>
struct Wide {
#if HWY_TARGET == HWY_SCALAR
  using Tag = hn::Rebind<float, D>;  // one lane, which is even
#else
  using Tag = hn::Repartition<float, D>;
#endif
  hn::Vec<Tag> even;
  hn::Vec<Tag> odd;
};
template <class D>
struct Wide<D, float> {
  hn::Vec<D> all;
};

template <FloatLanes D>
HWY_INLINE Wide<D> widen(D, hn::Vec<D> values) {
  return {values};
}
template <FloatLanes D>
HWY_INLINE hn::Vec<D> narrow(D, const Wide<D>& wide) {
  return wide.all;
}
template <FloatLanes D>
HWY_INLINE Wide<D> sum(D, const Wide<D>& a, const Wide<D>& b) {
  return {hn::Add(a.all, b.all)};
}

template <Bf16Lanes D>
HWY_INLINE Wide<D> widen(D d, hn::Vec<D> values) {
  const typename Wide<D>::Tag float_tag;
  const hn::RebindToUnsigned<decltype(float_tag)> bits_tag;
#if HWY_TARGET == HWY_SCALAR
  const auto half = hn::BitCast(hn::RebindToUnsigned<D>(), values);
  const auto even = hn::BitCast(float_tag, hn::ShiftLeft<16>(hn::PromoteTo(bits_tag, half)));
  static_cast<void>(d);
  return {even, hn::Zero(float_tag)};
#else
  const auto bits = hn::BitCast(bits_tag, values);
  static_cast<void>(d);
  return {hn::BitCast(float_tag, hn::ShiftLeft<16>(bits)),
          hn::BitCast(float_tag, hn::And(bits, hn::Set(bits_tag, 0xFFFF0000U)))};
#endif
}
template <Bf16Lanes D>
HWY_INLINE hn::Vec<D> narrow(D d, const Wide<D>& wide) {
  const typename Wide<D>::Tag float_tag;
  const auto even = hn::ShiftRight<16>(rounded(float_tag, wide.even));
#if HWY_TARGET == HWY_SCALAR
  return hn::BitCast(d, hn::TruncateTo(hn::RebindToUnsigned<D>(), even));
#else
  const hn::RebindToUnsigned<decltype(float_tag)> bits_tag;
  const auto odd = hn::And(rounded(float_tag, wide.odd), hn::Set(bits_tag, 0xFFFF0000U));
  return hn::BitCast(d, hn::Or(even, odd));
#endif
}
template <Bf16Lanes D>
HWY_INLINE Wide<D> sum(D, const Wide<D>& a, const Wide<D>& b) {
  return {hn::Add(a.even, b.even), hn::Add(a.odd, b.odd)};
}

/// Where a value is 0, -0 or less; not where it is NaN.
template <FloatLanes D>
HWY_INLINE auto not_positive(D d, hn::Vec<D> values) {
  return hn::Le(values, hn::Zero(d));
}
template <Bf16Lanes D>
HWY_INLINE auto not_positive(D d, hn::Vec<D> values) {
  // As signed integers, -127 to -1 are the NaNs whose sign bit is set; minus infinity is -128.
  return hn::Or(hn::Lt(values, hn::Set(d, std::int16_t{-127})), hn::Eq(values, hn::Zero(d)));
}

}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // FIRESWEEP_ENGINE_VECTOR_BF16_INL_H_
