// Max-pooling of channels-last tensors.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/engine/pool_forward.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runners/engine/kernels.h"
#include "runners/engine/vector_bf16-inl.h"

#ifndef FIRESWEEP_ENGINE_POOL_FORWARD_ONCE
#define FIRESWEEP_ENGINE_POOL_FORWARD_ONCE
namespace firesweep::runners::engine {
template <typename T>
using PoolForward = decltype(&max_pool_forward<T>);

/// The part of a window that is inside the image.
template <typename T>
struct Window {
  const T* corner = nullptr;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
};
}  // namespace firesweep::runners::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

/// Maxima are searched in integers that are in the order of the numbers, of 16 bits or of 32.
template <typename T>
using Key = std::conditional_t<std::is_same_v<T, float>, std::int32_t, std::int16_t>;

HWY_INLINE const std::int32_t* keys(const float* values) {
  return reinterpret_cast<const std::int32_t*>(values);
}
HWY_INLINE std::int32_t* keys(float* values) {
  return reinterpret_cast<std::int32_t*>(values);
}
HWY_INLINE const std::int16_t* keys(const Bf16* values) {
  return lanes(values);
}
HWY_INLINE std::int16_t* keys(Bf16* values) {
  return lanes(values);
}

/// Greater magnitudes are NaN.
template <class D>
HWY_INLINE hn::Vec<D> infinity(D d) {
  using Integer = hn::TFromD<D>;
  return hn::Set(d, static_cast<Integer>(sizeof(Integer) == 2 ? 0x7F80 : 0x7F800000));
}

/// 0 of both zeros; of NaN more than infinity.
template <bool kAfterRelu, class D>
HWY_INLINE hn::Vec<D> order_key(D d, hn::Vec<D> bits) {
  const auto magnitude = hn::And(bits, hn::Set(d, std::numeric_limits<hn::TFromD<D>>::max()));
  if constexpr (kAfterRelu) {
    return magnitude;
  } else {
    const auto key = hn::IfThenElse(hn::Lt(bits, hn::Zero(d)), hn::Neg(magnitude), magnitude);
    return hn::IfThenElse(hn::Gt(magnitude, infinity(d)), magnitude, key);
  }
}

/// One vector of channels of one window. Nonzero kRows and kColumns are the window's. LibTorch's
/// rule, value > maximum || isnan(value), is one comparison of keys: maxima that are NaN count as
/// infinity.
template <bool kAfterRelu, int kRows, int kColumns, typename T, class D>
HWY_INLINE void search(D d, const Window<T>& window, const PoolShape& shape, std::int64_t channel,
                       T* output, std::uint8_t* index) {
  using Position = hn::TFromD<D>;
  auto maximum = kAfterRelu ? hn::Zero(d) : hn::Neg(infinity(d));
  auto value = hn::Or(infinity(d), hn::Set(d, std::numeric_limits<Position>::min()));
  auto position = hn::Set(d, Position{kAfterRelu ? kNoGradient : 0});
  const std::int64_t rows = kRows > 0 ? kRows : window.rows;
  const std::int64_t columns = kColumns > 0 ? kColumns : window.columns;
  const auto* row_start = keys(window.corner) + channel;
  for (std::int64_t row = 0; row < rows; ++row, row_start += shape.in_width * shape.channels) {
    const auto* from = row_start;
    for (std::int64_t column = 0; column < columns; ++column, from += shape.channels) {
      const auto candidate = hn::LoadU(d, from);
      const auto key = order_key<kAfterRelu>(d, candidate);
      const auto better = hn::Gt(key, hn::Min(maximum, infinity(d)));
      const auto here = hn::Set(d, static_cast<Position>(row * shape.kernel + column));
      maximum = hn::Max(maximum, key);
      value = hn::IfThenElse(better, candidate, value);
      position = hn::IfThenElse(better, here, position);
    }
  }
  hn::StoreU(kAfterRelu ? maximum : value, d, keys(output) + channel);
  if (index != nullptr) {
    const hn::Rebind<std::uint8_t, D> byte_tag;
    hn::StoreU(hn::DemoteTo(byte_tag, position), byte_tag, index + channel);
  }
}

template <bool kAfterRelu, int kRows, int kColumns, typename T>
HWY_INLINE void search_window(const Window<T>& window, const PoolShape& shape, T* output,
                              std::uint8_t* index) {
  const hn::ScalableTag<Key<T>> d;
  const hn::CappedTag<Key<T>, kChannelMultiple> rest;
  const auto width = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t channel = 0;
  for (; channel + width <= shape.channels; channel += width) {
    search<kAfterRelu, kRows, kColumns>(d, window, shape, channel, output, index);
  }
  for (; channel < shape.channels; channel += static_cast<std::int64_t>(hn::Lanes(rest))) {
    search<kAfterRelu, kRows, kColumns>(rest, window, shape, channel, output, index);
  }
}

template <bool kAfterRelu, typename T>
void forward_row(const T* input_row, std::int64_t rows, T* output, std::uint8_t* index,
                 const PoolShape& shape) {
  for (std::int64_t column = 0; column < shape.out_width; ++column) {
    const std::int64_t left = column * shape.stride;
    const Window<T> window{input_row + left * shape.channels, rows,
                           std::min(shape.kernel, shape.in_width - left)};
    if (shape.kernel == 3 && rows == 3 && window.columns == 3) {
      search_window<kAfterRelu, 3, 3>(window, shape, output, index);
    } else {
      search_window<kAfterRelu, 0, 0>(window, shape, output, index);
    }
    output += shape.channels;
    index += index != nullptr ? shape.channels : 0;
  }
}

template <typename T>
void forward(const T* input, T* output, std::uint8_t* index, const PoolShape& shape,
             std::int64_t images, bool after_relu) {
  const std::int64_t row_size = shape.in_width * shape.channels;
  const std::int64_t output_row_size = shape.out_width * shape.channels;
  for (std::int64_t image = 0; image < images; ++image, input += shape.in_height * row_size) {
    for (std::int64_t row = 0; row < shape.out_height; ++row) {
      const std::int64_t top = row * shape.stride;
      const std::int64_t rows = std::min(shape.kernel, shape.in_height - top);
      if (after_relu) {
        forward_row<true>(input + top * row_size, rows, output, index, shape);
      } else {
        forward_row<false>(input + top * row_size, rows, output, index, shape);
      }
      output += output_row_size;
      index += index != nullptr ? output_row_size : 0;
    }
  }
}

PoolForward<float> float_kernel() {
  return &forward<float>;
}
PoolForward<Bf16> bf16_kernel() {
  return &forward<Bf16>;
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
PoolForward<T> kernel() {
  if constexpr (std::is_same_v<T, float>) {
    return HWY_DYNAMIC_DISPATCH(float_kernel)();
  } else {
    return HWY_DYNAMIC_DISPATCH(bf16_kernel)();
  }
}

}  // namespace

template <typename T>
void max_pool_forward(const T* input, T* output, std::uint8_t* index, const PoolShape& shape,
                      std::int64_t images, bool after_relu) {
  kernel<T>()(input, output, index, shape, images, after_relu);
}

template void max_pool_forward(const float*, float*, std::uint8_t*, const PoolShape&, std::int64_t,
                               bool);
template void max_pool_forward(const Bf16*, Bf16*, std::uint8_t*, const PoolShape&, std::int64_t,
                               bool);

}  // namespace firesweep::runners::engine
#endif
