#include "models/engine/layer.h"

#include <algorithm>

#include "models/engine/kernels.h"

namespace firesweep::models::engine {

namespace {

bool divided_alike(const Activation& a, const Activation& b) {
  return std::ranges::equal(a.parts, b.parts, {}, &Part::channels, &Part::channels);
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

void close_relu(Gradient& gradient, const Activation& activation, Element element) {
  with_element(element, [&](auto kind) {
    using T = decltype(kind);
    for (std::size_t i = 0; i < activation.parts.size(); ++i) {
      auto* values = static_cast<T*>(gradient.values.parts[i].data);
      const auto* output = static_cast<const T*>(activation.parts[i].data);
      // In steps of whole vectors: parts are aligned.
      in_parallel(activation.pixels(), [&](std::int64_t pixel, std::int64_t count) {
        const std::int64_t channels = padded_channels(activation.parts[i].channels);
        relu_backward(values + pixel * channels, output + pixel * channels, count * channels);
      });
    }
  });
}

void add_parts(const Activation& sum, const Activation& values, Element element) {
  with_element(element, [&](auto kind) {
    using T = decltype(kind);
    if (!divided_alike(sum, values)) {
      add_overlaps<T>(sum, values);
      return;
    }
    for (std::size_t i = 0; i < sum.parts.size(); ++i) {
      auto* to = static_cast<T*>(sum.parts[i].data);
      const auto* from = static_cast<const T*>(values.parts[i].data);
      const std::int64_t channels = padded_channels(sum.parts[i].channels);
      in_parallel(sum.pixels(), [&](std::int64_t pixel, std::int64_t count) {
        const std::int64_t first = pixel * channels;
        add(to + first, to + first, from + first, count * channels);
      });
    }
  });
}

}  // namespace firesweep::models::engine
