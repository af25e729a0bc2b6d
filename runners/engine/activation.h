// Activations and their gradients while a plan is laid out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "runners/engine/buffers.h"
#include "runners/engine/element.h"

namespace firesweep::runners::engine {

enum class Element { kFp32, kBf16 };

[[nodiscard]] constexpr std::size_t element_bytes(Element element) {
  return element == Element::kFp32 ? sizeof(float) : sizeof(Bf16);
}

/// A range of an activation's channels, in dense memory of its own: [N, H, W, padded channels]. The
/// two expand convolutions of a Fire module write a part each, which spares the concatenation.
struct Part {
  void* data = nullptr;
  std::int64_t channels = 0;  // without padding
};

/// A view: others hold the leases of its memory.
struct Activation {
  std::int64_t images = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::vector<Part> parts;
  bool after_relu = false;  // no element is negative

  [[nodiscard]] std::int64_t pixels() const { return images * height * width; }
  /// Elements of one part, padding included.
  [[nodiscard]] std::int64_t elements(const Part& part) const {
    return pixels() * padded_channels(part.channels);
  }
  /// What a convolution that keeps the extents makes of it; not behind a ReLU.
  [[nodiscard]] Activation with_parts(std::vector<Part> others) const {
    return {images, height, width, std::move(others), /*after_relu=*/false};
  }
};

/// A part's elements from a pixel on; null if the part has no memory. T is the element type.
template <typename T>
[[nodiscard]] T* elements_at(const Part& part, std::int64_t pixel) {
  return part.data == nullptr ? nullptr
                              : static_cast<T*>(part.data) + pixel * padded_channels(part.channels);
}

/// Whether two activations have the same channels in each part.
[[nodiscard]] inline bool same_parts(const Activation& a, const Activation& b) {
  return std::ranges::equal(a.parts, b.parts, {}, &Part::channels, &Part::channels);
}

/// The gradient of a loss with respect to an activation, in the activation's form.
struct Gradient {
  Activation values;
  std::vector<Lease> leases;
  bool relu_mask_applied = false;  // already 0 where the activation's ReLU was inactive
};

}  // namespace firesweep::runners::engine
