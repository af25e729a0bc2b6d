// The windows of a convolution over images, as panels of channels: the convolution is one with
// windows of a single pixel then.
#pragma once

#include <cstdint>

#include "runners/engine/direct/panels.h"

namespace firesweep::runners::engine {

struct WindowShape {
  std::int64_t in_height = 0;
  std::int64_t in_width = 0;
  std::int64_t channels = 0;  // dense
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t out_height = 0;
  std::int64_t out_width = 0;

  /// Elements of a window.
  [[nodiscard]] constexpr std::int64_t size() const { return kernel * kernel * channels; }
};

/// Windows that are gathered before they are spread over panels.
inline constexpr std::int64_t kWindowsTogether = 16;

/// Floats of one gathered window: what is written behind it may be a vector long.
[[nodiscard]] constexpr std::int64_t gathered_window_size(std::int64_t padded_channels) {
  return padded_channels + kChannelMultiple;
}
[[nodiscard]] constexpr std::int64_t windows_scratch(std::int64_t padded_channels) {
  return kWindowsTogether * gathered_window_size(padded_channels);
}

/// images [N, H, W, C] -> `pixels` windows [kernel, kernel, C], from that of the output pixel
/// `first` of the batch on; zeros beyond the border, and up to the panels' channels. T is float or
/// Bf16. `scratch` has windows_scratch() floats. Only where has_direct_convolutions().
template <typename T>
void windows_to_panels(const T* images, const WindowShape& shape, std::int64_t first,
                       std::int64_t pixels, const Panels& panels, float* scratch);

}  // namespace firesweep::runners::engine
