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

namespace hn = hwy::HWY_NAMESPACE;

constexpr hn::ScalableTag<std::int16_t> kTaps;
constexpr hn::RepartitionToWide<decltype(kTaps)> kSums;
using Sums = hn::Vec<decltype(kSums)>;

std::size_t lanes() {
  return hn::Lanes(kTaps);
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

/// Rounds a sum of all lanes to 8 bits.
HWY_INLINE std::uint8_t rounded(Sums sums) {
  const std::int32_t sum = hn::GetLane(hn::SumOfLanes(kSums, sums));
  return static_cast<std::uint8_t>(
      std::clamp((sum + (1 << (kWeightBits - 1))) >> kWeightBits, 0, 255));
}

template <std::size_t kChannels>
void weigh(const std::uint8_t* planes, std::size_t stride, const RowWeights& weights,
           std::uint8_t* out) {
  const hn::Rebind<std::uint8_t, decltype(kTaps)> bytes;
  const hn::RebindToUnsigned<decltype(kTaps)> wide;
  const std::size_t step = hn::Lanes(kTaps);
  for (std::size_t o = 0; o < weights.outputs; ++o) {
    const std::uint8_t* values = planes + weights.first[o];
    const std::int16_t* high_weights = weights.high + o * weights.taps;
    const std::int16_t* low_weights = weights.low + o * weights.taps;
    for (std::size_t c = 0; c < kChannels; ++c) {
      Sums high0 = hn::Zero(kSums);
      Sums high1 = hn::Zero(kSums);
      Sums low0 = hn::Zero(kSums);
      Sums low1 = hn::Zero(kSums);
      for (std::size_t tap = 0; tap < weights.taps; tap += step) {
        const auto value =
            hn::BitCast(kTaps, hn::PromoteTo(wide, hn::LoadU(bytes, values + c * stride + tap)));
        high0 = hn::ReorderWidenMulAccumulate(kSums, value, hn::LoadU(kTaps, high_weights + tap),
                                              high0, high1);
        low0 = hn::ReorderWidenMulAccumulate(kSums, value, hn::LoadU(kTaps, low_weights + tap),
                                             low0, low1);
      }
      // Sums of the low parts may wrap around; the total fits into 32 bits.
      const Sums high = hn::ShiftLeft<kLowBits>(hn::Add(high0, high1));
      out[o * kChannels + c] = rounded(hn::Add(high, hn::Add(low0, low1)));
    }
  }
}

void resize(const std::uint8_t* row, std::size_t width, std::size_t channels,
            const RowWeights& weights, std::uint8_t* planes, std::uint8_t* out) {
  const std::size_t stride = width + kRowPadding;
  if (channels == 3) {
    split_channels(row, width, stride, planes);
    weigh<3>(planes, stride, weights, out);
  } else {
    weigh<1>(row, stride, weights, out);
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

}  // namespace
}  // namespace firesweep::runners::pictures::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace firesweep::runners::pictures {
namespace {

HWY_EXPORT(lanes);
HWY_EXPORT(resize);
HWY_EXPORT(sum);

}  // namespace

std::size_t tap_multiple() {
  return HWY_DYNAMIC_DISPATCH(lanes)();
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
