// Labelled 8-bit images in borrowed memory.
#pragma once

#include <cstdint>
#include <span>

#include "models/architecture.h"

namespace firesweep::runners::data {

using Label = std::uint16_t;                         // 0 .. classes - 1
inline constexpr std::int64_t kMaxClasses = 65'536;  // the number of values of a Label

/// 8-bit images [N, C, H, W] with one label per image.
struct ImageSet {
  models::Shape shape;
  std::span<const std::uint8_t> pixels;  // count() * shape.elements()
  std::span<const Label> labels;
  std::span<const std::uint32_t> groups{};  // one per image, or empty: no image belongs to another

  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(labels.size()); }
  /// The planes of one image, [C, H, W].
  [[nodiscard]] std::span<const std::uint8_t> image(std::int32_t index) const {
    const auto elements = static_cast<std::size_t>(shape.elements());
    return pixels.subspan(static_cast<std::size_t>(index) * elements, elements);
  }
};

}  // namespace firesweep::runners::data
