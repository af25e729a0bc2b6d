#include "runners/engine/layer.h"

#include <algorithm>

#include "runners/engine/kernels.h"

namespace firesweep::runners::engine {

namespace {

template <typename T>
void copy_parts(const Activation& to, const Activation& from, const PixelRange& pixels) {
  for (std::size_t i = 0; i < to.parts.size(); ++i) {
    if (to.parts[i].data != from.parts[i].data) {
      std::copy_n(elements_at<const T>(from.parts[i], pixels.first),
                  pixels.count * padded_channels(to.parts[i].channels),
                  elements_at<T>(to.parts[i], pixels.first));
    }
  }
}

/// Adds the channels that a part of `values` and a part of `sum` have in common.
template <typename T>
void add_overlaps(const Activation& sum, const Activation& values, const PixelRange& pixels) {
  std::int64_t sum_first = 0;
  for (const Part& to : sum.parts) {
    std::int64_t first = 0;
    for (const Part& from : values.parts) {
      const std::int64_t begin = std::max(sum_first, first);
      const std::int64_t end = std::min(sum_first + to.channels, first + from.channels);
      if (begin < end) {
        in_parallel(pixels.count, [&](std::int64_t pixel, std::int64_t count) {
          pixel += pixels.first;
          add_channels(elements_at<T>(to, pixel) + (begin - sum_first),
                       padded_channels(to.channels),
                       elements_at<const T>(from, pixel) + (begin - first),
                       padded_channels(from.channels), end - begin, count);
        });
      }
      first += from.channels;
    }
    sum_first += to.channels;
  }
}

}  // namespace

Gradient PlanContext::take_like(const Activation& form) const {
  Gradient made{.values = form, .leases = {}, .relu_mask_applied = false};
  made.values.after_relu = false;
  for (Part& part : made.values.parts) {
    made.leases.push_back(take(form.elements(part)));
    part.data = made.leases.back().data();
  }
  return made;
}

void apply_relu_mask(const Activation& to, const Activation& gradient, const Activation& activation,
                     Element element) {
  with_element(element, [&](auto kind) {
    using T = decltype(kind);
    for (std::size_t i = 0; i < activation.parts.size(); ++i) {
      auto* masked = static_cast<T*>(to.parts[i].data);
      const auto* values = static_cast<const T*>(gradient.parts[i].data);
      const auto* output = static_cast<const T*>(activation.parts[i].data);
      // In steps of whole vectors: parts are aligned.
      in_parallel(activation.pixels(), [&](std::int64_t pixel, std::int64_t count) {
        const std::int64_t channels = padded_channels(activation.parts[i].channels);
        const std::int64_t first = pixel * channels;
        relu_backward(masked + first, values + first, output + first, count * channels);
      });
    }
  });
}

void add_parts(const Activation& sum, const Activation& a, const Activation& b, Element element,
               const PixelRange& pixels) {
  with_element(element, [&](auto kind) {
    using T = decltype(kind);
    if (!same_parts(sum, b)) {
      copy_parts<T>(sum, a, pixels);
      add_overlaps<T>(sum, b, pixels);
      return;
    }
    for (std::size_t i = 0; i < sum.parts.size(); ++i) {
      const std::int64_t channels = padded_channels(sum.parts[i].channels);
      in_parallel(pixels.count, [&](std::int64_t pixel, std::int64_t count) {
        pixel += pixels.first;
        add(elements_at<T>(sum.parts[i], pixel), elements_at<const T>(a.parts[i], pixel),
            elements_at<const T>(b.parts[i], pixel), count * channels);
      });
    }
  });
}

}  // namespace firesweep::runners::engine
