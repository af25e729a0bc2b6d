#include "runners/engine/direct/blocked_im2col.h"

#include <algorithm>
#include <cstddef>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/engine/direct/blocked_im2col.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runners/engine/direct/tile_sums-inl.h"
#include "runners/engine/vector_bf16-inl.h"

#ifndef FIRESWEEP_ENGINE_DIRECT_BLOCKED_IM2COL_ONCE
#define FIRESWEEP_ENGINE_DIRECT_BLOCKED_IM2COL_ONCE
namespace firesweep::runners::engine {
template <typename T>
using Im2colToBlocked = decltype(&im2col_to_blocked<T>);
}  // namespace firesweep::runners::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

#if FIRESWEEP_HAS_TILES

/// The first `count` numbers, at most 16; zeros behind them.
HWY_INLINE BlockVector load_some(const float* from, std::int64_t count) {
  const FloatTag d;
  return hn::MaskedLoad(hn::FirstN(d, static_cast<std::size_t>(count)), d, from);
}
HWY_INLINE BlockVector load_some(const Bf16* from, std::int64_t count) {
  const FloatTag d;
  const hn::RebindToUnsigned<FloatTag> bits_tag;
  const hn::Rebind<std::int16_t, FloatTag> half_tag;
  const auto half =
      hn::MaskedLoad(hn::FirstN(half_tag, static_cast<std::size_t>(count)), half_tag, lanes(from));
  const hn::RebindToUnsigned<decltype(half_tag)> unsigned_tag;
  return hn::BitCast(d,
                     hn::ShiftLeft<16>(hn::PromoteTo(bits_tag, hn::BitCast(unsigned_tag, half))));
}

/// `count` numbers, and zeros behind them up to a multiple of 16.
template <typename T>
HWY_INLINE void copy_floats(const T* from, std::int64_t count, float* to) {
  const FloatTag d;
  for (std::int64_t i = 0; i < count; i += kChannelMultiple) {
    hn::StoreU(load_some(from + i, std::min(count - i, kChannelMultiple)), d, to + i);
  }
}

/// Gathers rows one by one, each in `room` floats.
template <typename T>
class Gatherer {
 public:
  Gatherer(const T* images, const BlockedIm2colShape& shape) : images_(images), shape_(shape) {}

  /// Writes up to 15 zeros behind the row's elements.
  void gather(std::int64_t pixel, float* to) const {
    const std::int64_t x = pixel % shape_.out_width * shape_.stride - shape_.padding;
    const std::int64_t row = pixel / shape_.out_width;
    const std::int64_t y = row % shape_.out_height * shape_.stride - shape_.padding;
    const std::int64_t image = row / shape_.out_height;
    const std::int64_t first = std::clamp<std::int64_t>(-x, 0, shape_.kernel);
    const std::int64_t last = std::clamp<std::int64_t>(shape_.in_width - x, first, shape_.kernel);
    const std::int64_t length = shape_.kernel * shape_.channels;
    const std::int64_t pitch = shape_.in_width * shape_.channels;
    std::int64_t from = (image * shape_.in_height + y) * pitch + (x + first) * shape_.channels;
    const bool inside = first == 0 && last == shape_.kernel;
    for (std::int64_t i = 0; i < shape_.kernel; ++i, to += length, from += pitch) {
      const bool within = y + i >= 0 && y + i < shape_.in_height;
      if (!within || !inside) {
        std::fill_n(to, length, 0.0F);
      }
      if (within && last > first) {
        copy_floats(images_ + from, (last - first) * shape_.channels, to + first * shape_.channels);
      }
    }
  }

 private:
  const T* images_;
  const BlockedIm2colShape shape_;
};

template <typename T>
void im2col_of(const T* images, const BlockedIm2colShape& shape, std::int64_t first,
               std::int64_t pixels, const BlockedTensor& blocked, float* scratch) {
  const FloatTag d;
  const std::int64_t room = im2col_row_size(blocked.channels);
  // Not all channels behind the row are written below.
  std::fill_n(scratch, im2col_scratch(blocked.channels), 0.0F);
  const Gatherer<T> gatherer(images, shape);
  for (std::int64_t begin = 0; begin < pixels; begin += kIm2colRowsTogether) {
    const std::int64_t count = std::min(kIm2colRowsTogether, pixels - begin);
    for (std::int64_t i = 0; i < count; ++i) {
      gatherer.gather(first + begin + i, scratch + i * room);
    }
    for (std::int64_t channel = 0; channel < blocked.channels; channel += kChannelMultiple) {
      float* const to = blocked.block(channel) + begin * kChannelMultiple;
      for (std::int64_t i = 0; i < count; ++i) {
        hn::StoreU(hn::LoadU(d, scratch + i * room + channel), d, to + i * kChannelMultiple);
      }
    }
  }
}

Im2colToBlocked<float> im2col_float() {
  return &im2col_of<float>;
}
Im2colToBlocked<Bf16> im2col_bf16() {
  return &im2col_of<Bf16>;
}

#else

Im2colToBlocked<float> im2col_float() {
  return nullptr;
}
Im2colToBlocked<Bf16> im2col_bf16() {
  return nullptr;
}

#endif

}  // namespace
}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace firesweep::runners::engine {
namespace {

HWY_EXPORT(im2col_float);
HWY_EXPORT(im2col_bf16);

}  // namespace

template <typename T>
void im2col_to_blocked(const T* images, const BlockedIm2colShape& shape, std::int64_t first,
                       std::int64_t pixels, const BlockedTensor& blocked, float* scratch) {
  if constexpr (std::is_same_v<T, float>) {
    HWY_DYNAMIC_DISPATCH(im2col_float)()(images, shape, first, pixels, blocked, scratch);
  } else {
    HWY_DYNAMIC_DISPATCH(im2col_bf16)()(images, shape, first, pixels, blocked, scratch);
  }
}

template void im2col_to_blocked(const float*, const BlockedIm2colShape&, std::int64_t, std::int64_t,
                                const BlockedTensor&, float*);
template void im2col_to_blocked(const Bf16*, const BlockedIm2colShape&, std::int64_t, std::int64_t,
                                const BlockedTensor&, float*);

}  // namespace firesweep::runners::engine
#endif
