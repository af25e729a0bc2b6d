#include "runners/pictures/resize_kernels.h"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/pictures/resize_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::pictures::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_SCALAR

std::uint8_t rounded(std::int32_t sum) {
  return static_cast<std::uint8_t>(
      std::clamp((sum + (1 << (kWeightBits - 1))) >> kWeightBits, 0, 255));
}

std::size_t padded(std::size_t taps) {
  return taps;
}

void resize(const std::uint8_t* row, std::size_t /*width*/, std::size_t channels,
            const RowWeights& weights, std::uint8_t* /*planes*/, std::uint8_t* out) {
  for (std::size_t o = 0; o < weights.outputs; ++o) {
    for (std::size_t c = 0; c < channels; ++c) {
      std::int32_t sum = 0;
      for (std::size_t tap = 0; tap < weights.taps; ++tap) {
        const std::size_t place = o * weights.taps + tap;
        const std::int32_t weight = weights.high[place] * (1 << kLowBits) + weights.low[place];
        sum += weight * row[(weights.first[o] + tap) * channels + c];
      }
      out[o * channels + c] = rounded(sum);
    }
  }
}

void sum(const std::uint8_t* rows, std::size_t stride, std::size_t taps,
         const std::int32_t* weights, std::size_t count, std::uint8_t* out) {
  for (std::size_t i = 0; i < count; ++i) {
    std::int32_t total = 0;
    for (std::size_t tap = 0; tap < taps; ++tap) {
      total += weights[tap] * rows[tap * stride + i];
    }
    out[i] = rounded(total);
  }
}

#else

namespace hn = hwy::HWY_NAMESPACE;

constexpr hn::ScalableTag<std::int16_t> kTaps;

std::size_t padded(std::size_t taps) {
  return taps <= 8 ? 8 : taps <= 16 ? 16 : hwy::RoundUpTo(taps, hn::Lanes(kTaps));
}

void split_channels(const std::uint8_t* row, std::size_t width, std::size_t stride,
                    std::uint8_t* planes) {
  const hn::ScalableTag<std::uint8_t> d;
  for (std::size_t x = 0; x < width; x += hn::Lanes(d)) {
    hn::Vec<decltype(d)> red;
    hn::Vec<decltype(d)> green;
    hn::Vec<decltype(d)> blue;
    hn::LoadInterleaved3(d, row + 3 * x, red, green, blue);
    hn::StoreU(red, d, planes + x);
    hn::StoreU(green, d, planes + stride + x);
    hn::StoreU(blue, d, planes + 2 * stride + x);
  }
}

/// Vectors of 4 lanes or fewer as they are; of longer ones the sum of their blocks of 4 lanes.
template <class D>
HWY_INLINE auto sum_of_blocks(D d, hn::Vec<D> sums) {
  if constexpr (hn::MaxLanes(d) > 4) {
    const hn::Half<D> half;
    return sum_of_blocks(half, hn::Add(hn::LowerHalf(half, sums), hn::UpperHalf(half, sums)));
  } else {
    return sums;
  }
}

/// The sums of the lanes of four vectors, rounded to 8 bits.
template <class D>
HWY_INLINE void store_sums(D d, hn::Vec<D> sum0, hn::Vec<D> sum1, hn::Vec<D> sum2, hn::Vec<D> sum3,
                           std::uint8_t* out) {
  const auto even = hn::Add(hn::InterleaveLower(d, sum0, sum2), hn::InterleaveUpper(d, sum0, sum2));
  const auto odd = hn::Add(hn::InterleaveLower(d, sum1, sum3), hn::InterleaveUpper(d, sum1, sum3));
  const auto all = hn::Add(hn::InterleaveLower(d, even, odd), hn::InterleaveUpper(d, even, odd));
  const hn::Full128<std::int32_t> four;
  const hn::Rebind<std::uint8_t, decltype(four)> bytes;
  const auto half = hn::Set(four, 1 << (kWeightBits - 1));
  const auto rounded = hn::ShiftRight<kWeightBits>(hn::Add(sum_of_blocks(d, all), half));
  hn::StoreU(hn::DemoteTo(bytes, rounded), bytes, out);  // saturates
}

/// The products of one output value's weights with the values of one channel, to be summed.
template <class D>
HWY_INLINE auto weighted(D d, const std::uint8_t* values, const std::int16_t* high_weights,
                         const std::int16_t* low_weights, std::size_t taps) {
  const hn::Rebind<std::uint8_t, D> bytes;
  const hn::RebindToUnsigned<D> wide;
  const hn::RepartitionToWide<D> sums;
  auto high0 = hn::Zero(sums);
  auto high1 = hn::Zero(sums);
  auto low0 = hn::Zero(sums);
  auto low1 = hn::Zero(sums);
  for (std::size_t tap = 0; tap < taps; tap += hn::Lanes(d)) {
    const auto value = hn::BitCast(d, hn::PromoteTo(wide, hn::LoadU(bytes, values + tap)));
    high0 =
        hn::ReorderWidenMulAccumulate(sums, value, hn::LoadU(d, high_weights + tap), high0, high1);
    low0 = hn::ReorderWidenMulAccumulate(sums, value, hn::LoadU(d, low_weights + tap), low0, low1);
  }
  // Sums of the low parts may wrap around; the total fits into 32 bits.
  return hn::Add(hn::ShiftLeft<kLowBits>(hn::Add(high0, high1)), hn::Add(low0, low1));
}

template <class D>
HWY_INLINE void weigh_colours(D d, const std::uint8_t* planes, std::size_t stride,
                              const RowWeights& weights, std::uint8_t* out) {
  const hn::RepartitionToWide<D> sums;
  for (std::size_t o = 0; o < weights.outputs; ++o) {
    const auto channel = [&](std::size_t c) {
      return weighted(d, planes + c * stride + weights.first[o], weights.high + o * weights.taps,
                      weights.low + o * weights.taps, weights.taps);
    };
    store_sums(sums, channel(0), channel(1), channel(2), hn::Zero(sums), out + 3 * o);
  }
}

template <class D>
HWY_INLINE void weigh_grey(D d, const std::uint8_t* row, const RowWeights& weights,
                           std::uint8_t* out) {
  const hn::RepartitionToWide<D> sums;
  for (std::size_t o = 0; o < weights.outputs; o += 4) {
    const auto output = [&](std::size_t i) {
      const std::size_t place = std::min(o + i, weights.outputs - 1);
      return weighted(d, row + weights.first[place], weights.high + place * weights.taps,
                      weights.low + place * weights.taps, weights.taps);
    };
    store_sums(sums, output(0), output(1), output(2), output(3), out + o);
  }
}

template <class D>
HWY_INLINE void weigh(D d, const std::uint8_t* row, std::size_t width, std::size_t channels,
                      const RowWeights& weights, std::uint8_t* planes, std::uint8_t* out) {
  if (channels == 3) {
    const std::size_t stride = width + kRowPadding;
    split_channels(row, width, stride, planes);
    weigh_colours(d, planes, stride, weights, out);
  } else {
    weigh_grey(d, row, weights, out);
  }
}

void resize(const std::uint8_t* row, std::size_t width, std::size_t channels,
            const RowWeights& weights, std::uint8_t* planes, std::uint8_t* out) {
  // Where vectors are short, the branches are alike. NOLINTNEXTLINE(bugprone-branch-clone)
  if (weights.taps <= 8) {
    weigh(hn::CappedTag<std::int16_t, 8>(), row, width, channels, weights, planes, out);
  } else if (weights.taps <= 16) {
    weigh(hn::CappedTag<std::int16_t, 16>(), row, width, channels, weights, planes, out);
  } else {
    weigh(kTaps, row, width, channels, weights, planes, out);
  }
}

void sum(const std::uint8_t* rows, std::size_t stride, std::size_t taps,
         const std::int32_t* weights, std::size_t count, std::uint8_t* out) {
  const hn::ScalableTag<std::int32_t> d;
  const hn::Rebind<std::uint8_t, decltype(d)> bytes;
  const std::size_t step = hn::Lanes(d);
  const auto half = hn::Set(d, 1 << (kWeightBits - 1));
  for (std::size_t i = 0; i < count; i += 4 * step) {
    auto sum0 = half;
    auto sum1 = half;
    auto sum2 = half;
    auto sum3 = half;
    const std::uint8_t* values = rows + i;
    for (std::size_t tap = 0; tap < taps; ++tap, values += stride) {
      const auto weight = hn::Set(d, weights[tap]);
      const auto product = [&](std::size_t place) {
        return hn::Mul(hn::PromoteTo(d, hn::LoadU(bytes, values + place * step)), weight);
      };
      sum0 = hn::Add(sum0, product(0));
      sum1 = hn::Add(sum1, product(1));
      sum2 = hn::Add(sum2, product(2));
      sum3 = hn::Add(sum3, product(3));
    }
    hn::StoreU(hn::DemoteTo(bytes, hn::ShiftRight<kWeightBits>(sum0)), bytes, out + i);
    hn::StoreU(hn::DemoteTo(bytes, hn::ShiftRight<kWeightBits>(sum1)), bytes, out + i + step);
    hn::StoreU(hn::DemoteTo(bytes, hn::ShiftRight<kWeightBits>(sum2)), bytes, out + i + 2 * step);
    hn::StoreU(hn::DemoteTo(bytes, hn::ShiftRight<kWeightBits>(sum3)), bytes, out + i + 3 * step);
  }
}

#endif

}  // namespace
}  // namespace firesweep::runners::pictures::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace firesweep::runners::pictures {
namespace {

HWY_EXPORT(padded);
HWY_EXPORT(resize);
HWY_EXPORT(sum);

}  // namespace

std::size_t padded_taps(std::size_t taps) {
  return HWY_DYNAMIC_DISPATCH(padded)(taps);
}

void resize_row(const std::uint8_t* row, std::size_t width, std::size_t channels,
                const RowWeights& weights, std::uint8_t* planes, std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(resize)(row, width, channels, weights, planes, out);
}

void sum_rows(const std::uint8_t* rows, std::size_t stride, std::size_t taps,
              const std::int32_t* weights, std::size_t count, std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(sum)(rows, stride, taps, weights, count, out);
}

}  // namespace firesweep::runners::pictures
#endif
