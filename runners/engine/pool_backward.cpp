// The gradient of max-pooling of channels-last tensors, gathered: no two windows write one element.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/engine/pool_backward.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runners/engine/kernels.h"
#include "runners/engine/vector_bf16-inl.h"

#ifndef FIRESWEEP_ENGINE_POOL_BACKWARD_ONCE
#define FIRESWEEP_ENGINE_POOL_BACKWARD_ONCE
namespace firesweep::runners::engine {
template <typename T>
using PoolBackward = decltype(&max_pool_backward<T>);

/// A window that contains an input element, and the element's position in it.
template <typename T>
struct Source {
  const T* gradient = nullptr;
  const std::uint8_t* index = nullptr;
  std::int64_t position = 0;
};

/// Of the windows along one axis that contain input `position`.
struct WindowRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

inline WindowRange windows_over(std::int64_t position, const PoolShape& shape, std::int64_t count) {
  const std::int64_t below = std::max<std::int64_t>(position - shape.kernel + shape.stride, 0);
  return {below / shape.stride, std::min(position / shape.stride + 1, count)};
}

/// Windows that can contain an element: the kernel has at most 15 rows (`index` is 8 bits wide).
inline constexpr std::size_t kMaxSources = 225;
}  // namespace firesweep::runners::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

/// The source's gradient where its window's maximum was this element, else 0.
template <typename T, class D>
HWY_INLINE hn::Vec<D> received(D d, const Source<T>& source, std::int64_t channel) {
  const hn::RebindToSigned<D> position_tag;
  const hn::Rebind<std::uint8_t, D> byte_tag;
  const auto index = hn::PromoteTo(position_tag, hn::LoadU(byte_tag, source.index + channel));
  const auto position = static_cast<hn::TFromD<decltype(position_tag)>>(source.position);
  const auto mine = hn::RebindMask(d, hn::Eq(index, hn::Set(position_tag, position)));
  return hn::IfThenElseZero(mine, hn::LoadU(d, lanes(source.gradient) + channel));
}

template <int kCount, typename T, class D>
HWY_INLINE void gather(D d, const Source<T>* sources, std::size_t count, std::int64_t channel,
                       T* gradient) {
  auto total = received(d, sources[0], channel);
  if (kCount != 1) {
    auto wide = widen(d, total);
    const std::size_t end = kCount > 0 ? kCount : count;
    for (std::size_t i = 1; i < end; ++i) {
      wide = sum(d, wide, widen(d, received(d, sources[i], channel)));
    }
    total = narrow(d, wide);
  }
  hn::StoreU(total, d, lanes(gradient) + channel);
}

template <int kCount, typename T>
void gather_pixel(const Source<T>* sources, std::size_t count, std::int64_t channels, T* gradient) {
  const hn::ScalableTag<Lane<T>> d;
  const hn::CappedTag<Lane<T>, kChannelMultiple> rest;
  const auto width = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t channel = 0;
  for (; channel + width <= channels; channel += width) {
    gather<kCount>(d, sources, count, channel, gradient);
  }
  for (; channel < channels; channel += static_cast<std::int64_t>(hn::Lanes(rest))) {
    gather<kCount>(rest, sources, count, channel, gradient);
  }
}

template <typename T>
HWY_INLINE void gather_pixel_of(const Source<T>* sources, std::size_t count, std::int64_t channels,
                                T* gradient) {
  switch (count) {
    case 0:
      std::fill_n(gradient, channels, T{});
      break;
    case 1:
      gather_pixel<1>(sources, count, channels, gradient);
      break;
    case 2:
      gather_pixel<2>(sources, count, channels, gradient);
      break;
    case 4:
      gather_pixel<4>(sources, count, channels, gradient);
      break;
    default:
      gather_pixel<0>(sources, count, channels, gradient);
  }
}

/// One row of the input's gradient of one image.
template <typename T>
void backward_row(const T* output_gradient, const std::uint8_t* index, T* gradient,
                  std::int64_t row, const PoolShape& shape) {
  const WindowRange rows = windows_over(row, shape, shape.out_height);
  std::array<Source<T>, kMaxSources> sources;
  for (std::int64_t column = 0; column < shape.in_width; ++column, gradient += shape.channels) {
    const WindowRange columns = windows_over(column, shape, shape.out_width);
    std::size_t count = 0;
    for (std::int64_t i = rows.begin; i < rows.end; ++i) {
      for (std::int64_t j = columns.begin; j < columns.end; ++j) {
        const std::int64_t offset = (i * shape.out_width + j) * shape.channels;
        sources[count++] = {output_gradient + offset, index + offset,
                            (row - i * shape.stride) * shape.kernel + column - j * shape.stride};
      }
    }
    gather_pixel_of(sources.data(), count, shape.channels, gradient);
  }
}

/// The same for kernel 3 and stride 2, where one or two windows per axis contain an element.
/// kRows is the number of those that contain the row; the columns of a pair share their windows.
template <int kRows, typename T>
void backward_row_3_2(const T* output_gradient, const std::uint8_t* index, T* gradient,
                      std::int64_t row, const PoolShape& shape) {
  const std::int64_t channels = shape.channels;
  const WindowRange rows = windows_over(row, shape, shape.out_height);
  const auto source = [&](std::int64_t i, std::int64_t j, std::int64_t column) {
    const std::int64_t offset = ((rows.begin + i) * shape.out_width + j) * channels;
    return Source<T>{output_gradient + offset, index + offset,
                     (row - (rows.begin + i) * 2) * 3 + column - j * 2};
  };
  for (std::int64_t column = 0; column < shape.in_width; ++column, gradient += channels) {
    const std::int64_t last = column / 2;
    const bool both = column % 2 == 0 && column > 0 && last < shape.out_width;
    std::array<Source<T>, 4> sources;
    if (both) {
      for (int i = 0; i < kRows; ++i) {
        sources[2 * static_cast<std::size_t>(i)] = source(i, last - 1, column);
        sources[2 * static_cast<std::size_t>(i) + 1] = source(i, last, column);
      }
      gather_pixel<2 * kRows>(sources.data(), 2 * kRows, channels, gradient);
    } else if (last < shape.out_width || (column % 2 == 0 && last == shape.out_width)) {
      const std::int64_t only = std::min(last, shape.out_width - 1);
      for (int i = 0; i < kRows; ++i) {
        sources[static_cast<std::size_t>(i)] = source(i, only, column);
      }
      gather_pixel<kRows>(sources.data(), kRows, channels, gradient);
    } else {
      std::fill_n(gradient, channels, T{});
    }
  }
}

template <typename T>
void backward_row_of(const T* output_gradient, const std::uint8_t* index, T* gradient,
                     std::int64_t row, const PoolShape& shape) {
  const WindowRange rows = windows_over(row, shape, shape.out_height);
  const std::int64_t count = rows.end - rows.begin;
  if (shape.kernel != 3 || shape.stride != 2 || count < 1) {
    backward_row(output_gradient, index, gradient, row, shape);
  } else if (count == 1) {
    backward_row_3_2<1>(output_gradient, index, gradient, row, shape);
  } else {
    backward_row_3_2<2>(output_gradient, index, gradient, row, shape);
  }
}

template <typename T>
void backward(const T* output_gradient, const std::uint8_t* index, T* input_gradient,
              const PoolShape& shape, std::int64_t images) {
  const std::int64_t output_size = shape.out_height * shape.out_width * shape.channels;
  for (std::int64_t image = 0; image < images; ++image) {
    for (std::int64_t row = 0; row < shape.in_height; ++row) {
      backward_row_of(output_gradient, index, input_gradient, row, shape);
      input_gradient += shape.in_width * shape.channels;
    }
    output_gradient += output_size;
    index += output_size;
  }
}

PoolBackward<float> float_kernel() {
  return &backward<float>;
}
PoolBackward<Bf16> bf16_kernel() {
  return &backward<Bf16>;
}

}  // namespace
}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace firesweep::runners::engine {
namespace {

HWY_EXPORT(float_kernel);
HWY_EXPORT(bf16_kernel);

template <typename T>
PoolBackward<T> kernel() {
  if constexpr (std::is_same_v<T, float>) {
    return HWY_DYNAMIC_DISPATCH(float_kernel)();
  } else {
    return HWY_DYNAMIC_DISPATCH(bf16_kernel)();
  }
}

}  // namespace

template <typename T>
void max_pool_backward(const T* output_gradient, const std::uint8_t* index, T* input_gradient,
                       const PoolShape& shape, std::int64_t images) {
  kernel<T>()(output_gradient, index, input_gradient, shape, images);
}

template void max_pool_backward(const float*, const std::uint8_t*, float*, const PoolShape&,
                                std::int64_t);
template void max_pool_backward(const Bf16*, const std::uint8_t*, Bf16*, const PoolShape&,
                                std::int64_t);

}  // namespace firesweep::runners::engine
#endif
