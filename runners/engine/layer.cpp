#include "runners/engine/layer.h"

#include <algorithm>

#include "runners/engine/kernels.h"

namespace firesweep::runners::engine {

namespace {

template <typename T>
void copy_parts(const Activation& to, const Activation& from) {
  for (std::size_t i = 0; i < to.parts.size(); ++i) {
    if (to.parts[i].data != from.parts[i].data) {
      std::copy_n(static_cast<const T*>(from.parts[i].data), to.elements(to.parts[i]),
                  static_cast<T*>(to.parts[i].data));
    }
  }
}

/// Adds the channels that a part of `values` and a part of `sum` have in common.
template <typename T>
void add_overlaps(const Activation& sum, const Activation& values) {
  std::int64_t sum_first = 0;
  for (const Part& to : sum.parts) {
    std::int64_t first = 0;
    for (const Part& from : values.parts) {
      const std::int64_t begin = std::max(sum_first, first);
      const std::int64_t end = std::min(sum_first + to.channels, first + from.channels);
      if (begin < end) {
        const std::int64_t to_stride = padded_channels(to.channels);
        const std::int64_t from_stride = padded_channels(from.channels);
        auto* target = static_cast<T*>(to.data) + (begin - sum_first);
        const auto* source = static_cast<const T*>(from.data) + (begin - first);
        in_parallel(sum.pixels(), [&](std::int64_t pixel, std::int64_t count) {
          add_channels(target + pixel * to_stride, to_stride, source + pixel * from_stride,
                       from_stride, end - begin, count);
        });
      }
      first += from.channels;
    }
    sum_first += to.channels;
  }
}

}  // namespace

Gradient PlanContext::take_like(const Activation& form) const {
  Gradient made{.values = form, .leases = {}, .relu_done = false};
  made.values.after_relu = false;
  for (Part& part : made.values.parts) {
    made.leases.push_back(take(form.elements(part)));
    part.data = made.leases.back().data();
  }
  return made;
}

void close_relu(const Activation& to, const Activation& gradient, const Activation& activation,
                Element element) {
  with_element(element, [&](auto kind) {
    using T = decltype(kind);
    for (std::size_t i = 0; i < activation.parts.size(); ++i) {
      auto* closed = static_cast<T*>(to.parts[i].data);
      const auto* values = static_cast<const T*>(gradient.parts[i].data);
      const auto* output = static_cast<const T*>(activation.parts[i].data);
      // In steps of whole vectors: parts are aligned.
      in_parallel(activation.pixels(), [&](std::int64_t pixel, std::int64_t count) {
        const std::int64_t channels = padded_channels(activation.parts[i].channels);
        const std::int64_t first = pixel * channels;
        relu_backward(closed + first, values + first, output + first, count * channels);
      });
    }
  });
}

void add_parts(const Activation& sum, const Activation& a, const Activation& b, Element element) {
  with_element(element, [&](auto kind) {
    using T = decltype(kind);
    if (!divided_alike(sum, b)) {
      copy_parts<T>(sum, a);
      add_overlaps<T>(sum, b);
      return;
    }
    for (std::size_t i = 0; i < sum.parts.size(); ++i) {
      auto* to = static_cast<T*>(sum.parts[i].data);
      const auto* from_a = static_cast<const T*>(a.parts[i].data);
      const auto* from_b = static_cast<const T*>(b.parts[i].data);
      const std::int64_t channels = padded_channels(sum.parts[i].channels);
      in_parallel(sum.pixels(), [&](std::int64_t pixel, std::int64_t count) {
        const std::int64_t first = pixel * channels;
        add(to + first, from_a + first, from_b + first, count * channels);
      });
    }
  });
}

}  // namespace firesweep::runners::engine
