#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/batches/image_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runners/batches/image_kernels.h"

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::batches::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Wide = hn::ScalableTag<std::int32_t>;
using Bytes = hn::Rebind<std::uint8_t, Wide>;
using V = hn::Vec<Wide>;

constexpr std::size_t kMaxLanes = hn::MaxLanes(Wide());

HWY_INLINE V load(const std::uint8_t* pixels) {
  return hn::PromoteTo(Wide(), hn::LoadU(Bytes(), pixels));
}

/// Values below 0 and above 255 are clamped.
HWY_INLINE void store(V values, std::uint8_t* pixels) {
  hn::StoreU(hn::DemoteTo(Bytes(), values), Bytes(), pixels);
}

HWY_INLINE V number(std::int32_t value) {
  return hn::Set(Wide(), value);
}

HWY_INLINE V rounded(V fixed) {
  return hn::ShiftRight<kFixedBits>(hn::Add(fixed, number(kFixedOne / 2)));
}

HWY_INLINE V luma(V red, V green, V blue) {
  const V sum = hn::Add(hn::Mul(red, number(19595)), hn::Mul(green, number(38470)));
  return rounded(hn::Add(sum, hn::Mul(blue, number(7471))));
}

HWY_INLINE std::uint64_t sum_of(V values) {
  HWY_ALIGN std::array<std::int32_t, kMaxLanes> lanes{};
  hn::Store(values, Wide(), lanes.data());
  return std::accumulate(lanes.begin(), lanes.end(), std::uint64_t{0},
                         [](std::uint64_t sum, std::int32_t value) {
                           return sum + static_cast<std::uint64_t>(value);
                         });
}

/// Calls operation(planes...) for as many pixels at a time as a vector has; the last ones by way of
/// a copy that zeros fill up.
template <class Operation, typename Byte, std::size_t kPlanes>
HWY_INLINE void for_vectors(Operation& operation, std::int64_t count,
                            std::array<Byte*, kPlanes> planes) {
  const auto width = static_cast<std::int64_t>(hn::Lanes(Wide()));
  std::int64_t i = 0;
  for (; i + width <= count; i += width) {
    operation(planes);
    for (Byte*& plane : planes) {
      plane += width;
    }
  }
  if (i >= count) {
    return;
  }
  const auto rest = static_cast<std::size_t>(count - i);
  std::array<std::array<std::uint8_t, kMaxLanes>, kPlanes> copies{};
  std::array<Byte*, kPlanes> copied{};
  for (std::size_t plane = 0; plane < kPlanes; ++plane) {
    std::memcpy(copies[plane].data(), planes[plane], rest);
    copied[plane] = copies[plane].data();
  }
  operation(copied);
  if constexpr (!std::is_const_v<Byte>) {
    for (std::size_t plane = 0; plane < kPlanes; ++plane) {
      std::memcpy(planes[plane], copies[plane].data(), rest);
    }
  }
}

struct AddSquares {
  V sum;
  V squares;

  HWY_INLINE void operator()(const std::array<const std::uint8_t*, 1>& planes) {
    const V pixels = load(planes[0]);
    sum = hn::Add(sum, pixels);
    squares = hn::Add(squares, hn::Mul(pixels, pixels));
  }
};

/// Pixels that can be summed before a lane with their squares overflows.
constexpr std::int64_t kMaxSummed = 32768;

PixelSums sum_pixels(const std::uint8_t* pixels, std::int64_t count) {
  PixelSums sums;
  for (std::int64_t first = 0; first < count; first += kMaxSummed) {
    AddSquares add{number(0), number(0)};
    for_vectors(add, std::min(kMaxSummed, count - first), std::array{pixels + first});
    sums.sum += sum_of(add.sum);
    sums.squares += sum_of(add.squares);
  }
  return sums;
}

struct AddLuma {
  V sum;

  HWY_INLINE void operator()(const std::array<const std::uint8_t*, 3>& planes) {
    sum = hn::Add(sum, luma(load(planes[0]), load(planes[1]), load(planes[2])));
  }
};

std::uint64_t sum_luma(const std::uint8_t* red, const std::uint8_t* green, const std::uint8_t* blue,
                       std::int64_t count) {
  std::uint64_t sum = 0;
  for (std::int64_t first = 0; first < count; first += kMaxSummed) {
    AddLuma add{number(0)};
    for_vectors(add, std::min(kMaxSummed, count - first),
                std::array{red + first, green + first, blue + first});
    sum += sum_of(add.sum);
  }
  return sum;
}

struct Scale {
  V scale;
  V shift;

  HWY_INLINE void operator()(const std::array<std::uint8_t*, 1>& planes) const {
    store(rounded(hn::Add(hn::Mul(load(planes[0]), scale), shift)), planes[0]);
  }
};

void scale_pixels(std::uint8_t* pixels, std::int64_t count, std::int32_t scale,
                  std::int32_t shift) {
  const Scale operation{number(scale), number(shift)};
  for_vectors(operation, count, std::array{pixels});
}

struct ScaleColors {
  V scale;

  HWY_INLINE void operator()(const std::array<std::uint8_t*, 3>& planes) const {
    const std::array colors{load(planes[0]), load(planes[1]), load(planes[2])};
    const V gray = luma(colors[0], colors[1], colors[2]);
    for (std::size_t i = 0; i < colors.size(); ++i) {
      const V color = hn::Mul(hn::Sub(colors[i], gray), scale);
      store(hn::Add(gray, rounded(color)), planes[i]);
    }
  }
};

void scale_colors(std::uint8_t* red, std::uint8_t* green, std::uint8_t* blue, std::int64_t count,
                  std::int32_t scale) {
  const ScaleColors operation{number(scale)};
  for_vectors(operation, count, std::array{red, green, blue});
}

/// With M the largest channel, D its distance from the smallest, and h the hue in sixths, a channel
/// is M - D * clamp(min(k, 4 - k), 0, 1) for k = (n + h) mod 6, where n is 5, 3 and 1 for red,
/// green and blue. D * h is an integer, so no division is needed.
struct TurnHue {
  V turn;

  HWY_INLINE void operator()(const std::array<std::uint8_t*, 3>& planes) const {
    const Wide d;
    const V red = load(planes[0]);
    const V green = load(planes[1]);
    const V blue = load(planes[2]);
    const V largest = hn::Max(hn::Max(red, green), blue);
    const V distance = hn::Sub(largest, hn::Min(hn::Min(red, green), blue));
    const V blue_hue = hn::Add(hn::ShiftLeft<2>(distance), hn::Sub(red, green));
    const V green_hue = hn::Add(hn::Add(distance, distance), hn::Sub(blue, red));
    V hue = hn::IfThenElse(hn::Eq(largest, green), green_hue, blue_hue);
    hue = hn::IfThenElse(hn::Eq(largest, red), hn::Sub(green, blue), hue);
    const V turned = hn::Add(hn::ShiftLeft<kFixedBits>(hue), hn::Mul(distance, turn));
    const V one = hn::ShiftLeft<kFixedBits>(distance);
    const V four = hn::ShiftLeft<2>(one);
    const V six = hn::Add(four, hn::Add(one, one));
    const V top = hn::ShiftLeft<kFixedBits>(largest);
    V k = hn::Add(turned, one);
    for (const std::size_t channel : {2U, 1U, 0U}) {  // k grows by 2 from blue to green to red
      V inside = hn::Sub(k, hn::IfThenZeroElse(hn::Lt(k, six), six));
      inside = hn::Sub(inside, hn::IfThenZeroElse(hn::Lt(inside, six), six));
      const V slope = hn::Min(hn::Max(hn::Min(inside, hn::Sub(four, inside)), hn::Zero(d)), one);
      store(rounded(hn::Sub(top, slope)), planes[channel]);
      k = hn::Add(k, hn::Add(one, one));
    }
  }
};

void turn_hue(std::uint8_t* red, std::uint8_t* green, std::uint8_t* blue, std::int64_t count,
              std::int32_t turn) {
  const TurnHue operation{number(turn)};
  for_vectors(operation, count, std::array{red, green, blue});
}

void copy_reversed(const std::uint8_t* from, std::int64_t count, std::uint8_t* to) {
  std::int64_t i = 0;
#if HWY_TARGET != HWY_SCALAR  // which has no vectors of 16 bytes
  const hn::FixedTag<std::uint8_t, 16> d;
  constexpr std::int64_t kWidth = 16;
  HWY_ALIGN constexpr std::array<std::uint8_t, kWidth> kOrder{15, 14, 13, 12, 11, 10, 9, 8,
                                                              7,  6,  5,  4,  3,  2,  1, 0};
  const auto order = hn::Load(d, kOrder.data());
  for (; i + kWidth <= count; i += kWidth) {
    const auto pixels = hn::LoadU(d, from + count - kWidth - i);
    hn::StoreU(hn::TableLookupBytes(pixels, order), d, to + i);
  }
#endif
  for (; i < count; ++i) {
    to[i] = from[count - 1 - i];
  }
}

void blend_rows(const std::uint8_t* above, const std::uint8_t* below, std::int32_t weight,
                std::int64_t count, std::int32_t* row, std::int32_t* pairs) {
  constexpr std::int32_t kOne = 256;
  const auto width = static_cast<std::int64_t>(hn::Lanes(Wide()));
  std::int64_t i = 0;
  for (; i + width <= count; i += width) {
    hn::StoreU(hn::Add(hn::Mul(load(above + i), number(kOne - weight)),
                       hn::Mul(load(below + i), number(weight))),
               Wide(), row + i);
  }
  for (; i < count; ++i) {
    row[i] = above[i] * (kOne - weight) + below[i] * weight;
  }
  row[count] = row[count - 1];
  i = 0;
  for (; i + width <= count; i += width) {
    const V left = hn::LoadU(Wide(), row + i);
    hn::StoreU(hn::Or(left, hn::ShiftLeft<16>(hn::LoadU(Wide(), row + i + 1))), Wide(), pairs + i);
  }
  for (; i < count; ++i) {
    pairs[i] = static_cast<std::int32_t>(static_cast<std::uint32_t>(row[i]) |
                                         static_cast<std::uint32_t>(row[i + 1]) << 16U);
  }
}

void sample_row(const std::int32_t* pairs, const std::int32_t* places, const std::int32_t* weights,
                std::int64_t count, std::uint8_t* pixels) {
  const Wide d;
  const hn::RebindToUnsigned<Wide> unsigned_tag;
  const auto width = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + width <= count; i += width) {
    const V pair = hn::GatherIndex(d, pairs, hn::LoadU(d, places + i));
    const V left = hn::And(pair, number(0xFFFF));
    const V right = hn::BitCast(d, hn::ShiftRight<16>(hn::BitCast(unsigned_tag, pair)));
    const V weight = hn::LoadU(d, weights + i);
    store(rounded(hn::Add(hn::ShiftLeft<8>(left), hn::Mul(hn::Sub(right, left), weight))),
          pixels + i);
  }
  for (; i < count; ++i) {
    const auto pair = static_cast<std::uint32_t>(pairs[places[i]]);
    const auto left = static_cast<std::int32_t>(pair & 0xFFFFU);
    const auto right = static_cast<std::int32_t>(pair >> 16U);
    pixels[i] = static_cast<std::uint8_t>(
        ((left << 8) + (right - left) * weights[i] + kFixedOne / 2) >> kFixedBits);
  }
}

}  // namespace
}  // namespace firesweep::runners::batches::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace firesweep::runners::batches {
namespace {

HWY_EXPORT(sum_pixels);
HWY_EXPORT(sum_luma);
HWY_EXPORT(scale_pixels);
HWY_EXPORT(scale_colors);
HWY_EXPORT(turn_hue);
HWY_EXPORT(copy_reversed);
HWY_EXPORT(blend_rows);
HWY_EXPORT(sample_row);

}  // namespace

PixelSums sum_pixels(const std::uint8_t* pixels, std::int64_t count) {
  return HWY_DYNAMIC_DISPATCH(sum_pixels)(pixels, count);
}

std::uint64_t sum_luma(const std::uint8_t* red, const std::uint8_t* green, const std::uint8_t* blue,
                       std::int64_t count) {
  return HWY_DYNAMIC_DISPATCH(sum_luma)(red, green, blue, count);
}

void scale_pixels(std::uint8_t* pixels, std::int64_t count, std::int32_t scale,
                  std::int32_t shift) {
  HWY_DYNAMIC_DISPATCH(scale_pixels)(pixels, count, scale, shift);
}

void scale_colors(std::uint8_t* red, std::uint8_t* green, std::uint8_t* blue, std::int64_t count,
                  std::int32_t scale) {
  HWY_DYNAMIC_DISPATCH(scale_colors)(red, green, blue, count, scale);
}

void turn_hue(std::uint8_t* red, std::uint8_t* green, std::uint8_t* blue, std::int64_t count,
              std::int32_t turn) {
  HWY_DYNAMIC_DISPATCH(turn_hue)(red, green, blue, count, turn);
}

void copy_reversed(const std::uint8_t* from, std::int64_t count, std::uint8_t* to) {
  HWY_DYNAMIC_DISPATCH(copy_reversed)(from, count, to);
}

void blend_rows(const std::uint8_t* above, const std::uint8_t* below, std::int32_t weight,
                std::int64_t count, std::int32_t* row, std::int32_t* pairs) {
  HWY_DYNAMIC_DISPATCH(blend_rows)(above, below, weight, count, row, pairs);
}

void sample_row(const std::int32_t* pairs, const std::int32_t* places, const std::int32_t* weights,
                std::int64_t count, std::uint8_t* pixels) {
  HWY_DYNAMIC_DISPATCH(sample_row)(pairs, places, weights, count, pixels);
}

}  // namespace firesweep::runners::batches
#endif
