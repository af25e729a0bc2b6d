// Activations of a few images as the direct convolutions read them, and the ways there and back.
#pragma once

#include <cstdint>

#include "runners/engine/element.h"

namespace firesweep::runners::engine {

/// Images that are worked on together: [N, H, W].
struct ImageExtent {
  std::int64_t images = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;

  [[nodiscard]] constexpr std::int64_t pixels() const { return images * height * width; }
};

/// A view of fp32 numbers in panels of kChannelMultiple channels: [C / 16, N, H, W, 16]. A pixel's
/// neighbours are a constant distance away, whatever the width of the layer, and what a kernel
/// reads of a panel lies in one piece. Aligned to 64 bytes.
struct Panels {
  float* data = nullptr;
  std::int64_t channels = 0;  // padded
  std::int64_t pixels = 0;    // from one panel to the next

  [[nodiscard]] constexpr std::int64_t panel_size() const { return pixels * kChannelMultiple; }
  [[nodiscard]] constexpr std::int64_t size() const { return pixels * channels; }
  /// A view of what begins with another pixel.
  [[nodiscard]] Panels from(std::int64_t pixel) const {
    return {data + pixel * kChannelMultiple, channels, pixels};
  }
  [[nodiscard]] float* panel(std::int64_t first_channel) const {
    return data + first_channel / kChannelMultiple * panel_size();
  }
};

/// values [pixels, C] -> the first `pixels` pixels of the panels. T is float or Bf16.
template <typename T>
void to_panels(const T* values, std::int64_t pixels, const Panels& panels);

/// The same of a gradient, but 0 where the ReLU that made `relu_output` was closed.
template <typename T>
void to_panels_behind_relu(const T* gradient, const T* relu_output, std::int64_t pixels,
                           const Panels& panels);

/// sums[c] += sum over the first `pixels` pixels.
void add_panel_sums(const Panels& panels, std::int64_t pixels, float* sums);

}  // namespace firesweep::runners::engine
