#include "runners/engine/direct/windows.h"

#include <algorithm>
#include <cstddef>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/engine/direct/windows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runners/engine/direct/tile_sums-inl.h"
#include "runners/engine/vector_bf16-inl.h"

#ifndef FIRESWEEP_MODELS_ENGINE_DIRECT_WINDOWS_ONCE
#define FIRESWEEP_MODELS_ENGINE_DIRECT_WINDOWS_ONCE
namespace firesweep::runners::engine {
template <typename T>
using WindowsToPanels = decltype(&windows_to_panels<T>);
}  // namespace firesweep::runners::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

#if FIRESWEEP_HAS_TILES

/// The first `count` numbers, at most 16; zeros behind them.
HWY_INLINE PanelVector load_some(const float* from, std::int64_t count) {
  const FloatTag d;
  return hn::MaskedLoad(hn::FirstN(d, static_cast<std::size_t>(count)), d, from);
}
HWY_INLINE PanelVector load_some(const Bf16* from, std::int64_t count) {
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

/// Gathers windows one by one, each in `room` floats.
template <typename T>
class Gatherer {
 public:
  Gatherer(const T* images, const WindowShape& shape) : images_(images), shape_(shape) {}

  /// Writes up to 15 zeros more than the window has elements.
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
  const WindowShape shape_;
};

template <typename T>
void windows_of(const T* images, const WindowShape& shape, std::int64_t first, std::int64_t pixels,
                const Panels& panels, float* scratch) {
  const FloatTag d;
  const std::int64_t room = gathered_window_size(panels.channels);
  // Of the channels behind the window not all are written.
  std::fill_n(scratch, windows_scratch(panels.channels), 0.0F);
  const Gatherer<T> gatherer(images, shape);
  for (std::int64_t begin = 0; begin < pixels; begin += kWindowsTogether) {
    const std::int64_t count = std::min(kWindowsTogether, pixels - begin);
    for (std::int64_t i = 0; i < count; ++i) {
      gatherer.gather(first + begin + i, scratch + i * room);
    }
    for (std::int64_t channel = 0; channel < panels.channels; channel += kChannelMultiple) {
      float* const to = panels.panel(channel) + begin * kChannelMultiple;
      for (std::int64_t i = 0; i < count; ++i) {
        hn::StoreU(hn::LoadU(d, scratch + i * room + channel), d, to + i * kChannelMultiple);
      }
    }
  }
}

WindowsToPanels<float> windows_float() {
  return &windows_of<float>;
}
WindowsToPanels<Bf16> windows_bf16() {
  return &windows_of<Bf16>;
}

#else

WindowsToPanels<float> windows_float() {
  return nullptr;
}
WindowsToPanels<Bf16> windows_bf16() {
  return nullptr;
}

#endif

}  // namespace
}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace firesweep::runners::engine {
namespace {

HWY_EXPORT(windows_float);
HWY_EXPORT(windows_bf16);

}  // namespace

template <typename T>
void windows_to_panels(const T* images, const WindowShape& shape, std::int64_t first,
                       std::int64_t pixels, const Panels& panels, float* scratch) {
  if constexpr (std::is_same_v<T, float>) {
    HWY_DYNAMIC_DISPATCH(windows_float)()(images, shape, first, pixels, panels, scratch);
  } else {
    HWY_DYNAMIC_DISPATCH(windows_bf16)()(images, shape, first, pixels, panels, scratch);
  }
}

template void windows_to_panels(const float*, const WindowShape&, std::int64_t, std::int64_t,
                                const Panels&, float*);
template void windows_to_panels(const Bf16*, const WindowShape&, std::int64_t, std::int64_t,
                                const Panels&, float*);

}  // namespace firesweep::runners::engine
#endif
