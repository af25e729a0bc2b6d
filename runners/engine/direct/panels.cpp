#include "runners/engine/direct/panels.h"

#include <cstddef>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/engine/direct/panels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runners/engine/vector_bf16-inl.h"

#ifndef FIRESWEEP_MODELS_ENGINE_DIRECT_PANELS_ONCE
#define FIRESWEEP_MODELS_ENGINE_DIRECT_PANELS_ONCE
namespace firesweep::runners::engine {
/// `relu_output` may be null: all of it was open.
template <typename T>
using ToPanels = void (*)(const T* values, const T* relu_output, std::int64_t pixels,
                          const Panels& panels);
using AddPanelSums = decltype(&add_panel_sums);
}  // namespace firesweep::runners::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

using PanelTag = hn::CappedTag<float, kChannelMultiple>;

template <bool kMasked, typename T>
void spread(const T* values, const T* relu_output, std::int64_t pixels, const Panels& panels) {
  const PanelTag d;
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
    float* to = panels.data + pixel * kChannelMultiple;
    for (std::int64_t channel = 0; channel < panels.channels; channel += kChannelMultiple) {
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
      to += panels.panel_size();
    }
  }
}

template <typename T>
void to_panels_of(const T* values, const T* relu_output, std::int64_t pixels,
                  const Panels& panels) {
  if (relu_output == nullptr) {
    spread<false>(values, relu_output, pixels, panels);
  } else {
    spread<true>(values, relu_output, pixels, panels);
  }
}

void add_sums(const Panels& panels, std::int64_t pixels, float* sums) {
  const PanelTag d;
  for (std::int64_t channel = 0; channel < panels.channels; channel += kChannelMultiple) {
    const float* const panel = panels.panel(channel);
    for (std::int64_t lane = 0; lane < kChannelMultiple;
         lane += static_cast<std::int64_t>(hn::Lanes(d))) {
      auto sum = hn::Zero(d);
      for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
        sum = hn::Add(sum, hn::LoadU(d, panel + pixel * kChannelMultiple + lane));
      }
      float* const to = sums + channel + lane;
      hn::StoreU(hn::Add(hn::LoadU(d, to), sum), d, to);
    }
  }
}

ToPanels<float> to_panels_float() {
  return &to_panels_of<float>;
}
ToPanels<Bf16> to_panels_bf16() {
  return &to_panels_of<Bf16>;
}
AddPanelSums add_sums_kernel() {
  return &add_sums;
}

}  // namespace
}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace firesweep::runners::engine {
namespace {

HWY_EXPORT(to_panels_float);
HWY_EXPORT(to_panels_bf16);
HWY_EXPORT(add_sums_kernel);

template <typename T>
ToPanels<T> to_panels_kernel() {
  if constexpr (std::is_same_v<T, float>) {
    return HWY_DYNAMIC_DISPATCH(to_panels_float)();
  } else {
    return HWY_DYNAMIC_DISPATCH(to_panels_bf16)();
  }
}

}  // namespace

template <typename T>
void to_panels(const T* values, std::int64_t pixels, const Panels& panels) {
  to_panels_kernel<T>()(values, nullptr, pixels, panels);
}

template <typename T>
void to_panels_behind_relu(const T* gradient, const T* relu_output, std::int64_t pixels,
                           const Panels& panels) {
  to_panels_kernel<T>()(gradient, relu_output, pixels, panels);
}

void add_panel_sums(const Panels& panels, std::int64_t pixels, float* sums) {
  HWY_DYNAMIC_DISPATCH(add_sums_kernel)()(panels, pixels, sums);
}

template void to_panels(const float*, std::int64_t, const Panels&);
template void to_panels(const Bf16*, std::int64_t, const Panels&);
template void to_panels_behind_relu(const float*, const float*, std::int64_t, const Panels&);
template void to_panels_behind_relu(const Bf16*, const Bf16*, std::int64_t, const Panels&);

}  // namespace firesweep::runners::engine
#endif
