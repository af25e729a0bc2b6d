#include "runners/engine/norm_kernels.h"

#include <cstddef>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/engine/norm_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runners/engine/vector_bf16-inl.h"

#ifndef FIRESWEEP_ENGINE_NORM_KERNELS_ONCE
#define FIRESWEEP_ENGINE_NORM_KERNELS_ONCE
namespace firesweep::runners::engine {

/// Where results go: rows of channels, or the blocked layout.
template <typename T>
struct NormOutput {
  T* rows = nullptr;
  BlockedTensor blocked{};
};

template <typename T>
struct NormKernels {
  decltype(&norm_statistics<T>) statistics;
  void (*apply)(const T* values, const T* addend, const NormOutput<T>& output, std::int64_t pixels,
                std::int64_t channels, const NormForward& norm);
  decltype(&norm_gradient_sums<T>) gradient_sums;
  void (*backward)(const T* gradient, const T* values, const NormOutput<T>& output,
                   std::int64_t pixels, std::int64_t channels, const NormBackward& norm);
};

}  // namespace firesweep::runners::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

using NormTag = hn::CappedTag<float, kChannelMultiple>;
using NormVector = hn::Vec<NormTag>;

/// Vectors of channels that are processed together: their constants stay in registers while pixels
/// pass, and their sums do not depend on each other.
constexpr std::size_t kTogether = 2;
/// Sums over even and odd pixels are separate, for the same reason. The same on every machine.
constexpr int kPixelSums = 2;

/// Calls work(vectors, first channel) for all channels; `vectors` is a compile-time constant.
template <typename Work>
HWY_INLINE void for_channels(std::int64_t channels, const Work& work) {
  const NormTag d;
  const auto lanes_each = static_cast<std::int64_t>(hn::Lanes(d));
  const auto together = static_cast<std::int64_t>(kTogether) * lanes_each;
  std::int64_t channel = 0;
  for (; channel + together <= channels; channel += together) {
    work(std::integral_constant<std::size_t, kTogether>(), channel);
  }
  for (; channel < channels; channel += lanes_each) {
    work(std::integral_constant<std::size_t, 1>(), channel);
  }
}

/// Constants of some channels.
template <std::size_t kVectors>
HWY_INLINE void load_constants(const float* from, NormVector (&constants)[kVectors]) {
  const NormTag d;
  for (std::size_t i = 0; i < kVectors; ++i) {
    constants[i] = hn::LoadU(d, from + i * hn::Lanes(d));
  }
}

template <std::size_t kVectors>
struct ForwardConstants {
  explicit ForwardConstants(const NormForward& norm, std::int64_t channel) {
    load_constants(norm.mean + channel, mean);
    load_constants(norm.scale + channel, scale);
    load_constants(norm.shift + channel, shift);
  }
  NormVector mean[kVectors];
  NormVector scale[kVectors];
  NormVector shift[kVectors];
};

/// A pair of sums over pixels for some vectors of channels.
template <std::size_t kVectors>
struct PairOfSums {
  PairOfSums() {
    const NormTag d;
    for (std::size_t i = 0; i < kVectors; ++i) {
      for (int row = 0; row < kPixelSums; ++row) {
        first[row][i] = hn::Zero(d);
        second[row][i] = hn::Zero(d);
      }
    }
  }
  HWY_INLINE void add(int row, std::size_t i, NormVector value, NormVector factor) {
    first[row][i] = hn::Add(first[row][i], value);
    second[row][i] = hn::MulAdd(value, factor, second[row][i]);
  }
  HWY_INLINE void store(float* first_sums, float* second_sums) const {
    const NormTag d;
    for (std::size_t i = 0; i < kVectors; ++i) {
      hn::StoreU(hn::Add(first[0][i], first[1][i]), d, first_sums + i * hn::Lanes(d));
      hn::StoreU(hn::Add(second[0][i], second[1][i]), d, second_sums + i * hn::Lanes(d));
    }
  }
  NormVector first[kPixelSums][kVectors];
  NormVector second[kPixelSums][kVectors];
};

/// Calls work(row of sums, pixel) for all pixels; the row is a compile-time constant.
template <typename Work>
HWY_INLINE void for_pixels(std::int64_t pixels, const Work& work) {
  std::int64_t pixel = 0;
  for (; pixel + kPixelSums <= pixels; pixel += kPixelSums) {
    work(std::integral_constant<int, 0>(), pixel);
    work(std::integral_constant<int, 1>(), pixel + 1);
  }
  if (pixel < pixels) {
    work(std::integral_constant<int, 0>(), pixel);
  }
}

template <std::size_t kVectors, typename T>
HWY_INLINE void statistics_of(const T* values, std::int64_t pixels, std::int64_t channels,
                              float* statistics) {
  const NormTag d;
  NormVector origin[kVectors];
  for (std::size_t i = 0; i < kVectors; ++i) {
    origin[i] = load_floats(d, values + i * hn::Lanes(d));
    hn::StoreU(origin[i], d, statistics + i * hn::Lanes(d));
  }
  PairOfSums<kVectors> sums;
  for_pixels(pixels, [&](auto row, std::int64_t pixel) HWY_ATTR {
    for (std::size_t i = 0; i < kVectors; ++i) {
      const auto value = load_floats(d, values + pixel * channels + i * hn::Lanes(d));
      const auto difference = hn::Sub(value, origin[i]);
      sums.add(row, i, difference, difference);
    }
  });
  sums.store(statistics + channels, statistics + 2 * channels);
}

template <typename T>
void statistics(const T* values, std::int64_t pixels, std::int64_t channels, float* to) {
  for_channels(channels, [&](auto vectors, std::int64_t channel) HWY_ATTR {
    statistics_of<decltype(vectors)::value>(values + channel, pixels, channels, to + channel);
  });
}

/// y before the ReLU.
template <std::size_t kVectors>
HWY_INLINE NormVector normalized(const ForwardConstants<kVectors>& constants, std::size_t i,
                                 NormVector difference) {
  return hn::MulAdd(difference, constants.scale[i], constants.shift[i]);
}

/// Stores a vector of results, `channel` being its first.
template <typename T>
HWY_INLINE void store_result(const NormOutput<T>& output, std::int64_t pixel, std::int64_t channel,
                             std::int64_t channels, NormVector value) {
  const NormTag d;
  if (output.rows != nullptr) {
    store_floats(value, d, output.rows + pixel * channels + channel);
    return;
  }
  const std::int64_t lane = channel % kChannelMultiple;
  hn::StoreU(as_stored<T>(d, value), d,
             output.blocked.block(channel - lane) + pixel * kChannelMultiple + lane);
}

template <std::size_t kVectors, typename T>
HWY_INLINE void apply_to(const T* values, const T* addend, const NormOutput<T>& reference,
                         std::int64_t pixels, std::int64_t channels, std::int64_t channel,
                         const NormForward& norm) {
  const NormTag d;
  const auto width = static_cast<std::int64_t>(hn::Lanes(d));
  const ForwardConstants<kVectors> constants(norm, channel);
  // Copies, in registers: the compiler must assume that stores change the originals.
  const NormOutput<T> output = reference;
  const bool relu = norm.relu;
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
    for (std::size_t i = 0; i < kVectors; ++i) {
      const std::int64_t at = pixel * channels + channel + static_cast<std::int64_t>(i) * width;
      auto y = normalized(constants, i, hn::Sub(load_floats(d, values + at), constants.mean[i]));
      if (relu) {
        y = hn::IfThenZeroElse(not_positive(d, y), y);
      }
      if (addend != nullptr) {
        y = hn::Add(y, load_floats(d, addend + at));
      }
      store_result(output, pixel, channel + static_cast<std::int64_t>(i) * width, channels, y);
    }
  }
}

template <typename T>
void apply(const T* values, const T* addend, const NormOutput<T>& output, std::int64_t pixels,
           std::int64_t channels, const NormForward& norm) {
  for_channels(channels, [&](auto vectors, std::int64_t channel) HWY_ATTR {
    apply_to<decltype(vectors)::value>(values, addend, output, pixels, channels, channel, norm);
  });
}

/// The gradient of y, which is 0 where the ReLU was inactive.
template <std::size_t kVectors>
HWY_INLINE NormVector masked(const ForwardConstants<kVectors>& constants, std::size_t i,
                             NormVector difference, NormVector gradient, bool relu) {
  const NormTag d;
  if (!relu) {
    return gradient;
  }
  return hn::IfThenZeroElse(not_positive(d, normalized(constants, i, difference)), gradient);
}

template <std::size_t kVectors, typename T>
HWY_INLINE void gradient_sums_of(const T* gradient, const T* other, T* total, const T* values,
                                 std::int64_t pixels, std::int64_t channels, std::int64_t channel,
                                 const NormForward& norm, float* sums) {
  const NormTag d;
  const auto width = static_cast<std::int64_t>(hn::Lanes(d));
  const ForwardConstants<kVectors> constants(norm, channel);
  const bool relu = norm.relu;
  PairOfSums<kVectors> pair;
  for_pixels(pixels, [&](auto row, std::int64_t pixel) HWY_ATTR {
    for (std::size_t i = 0; i < kVectors; ++i) {
      const std::int64_t at = pixel * channels + channel + static_cast<std::int64_t>(i) * width;
      auto g = load_floats(d, gradient + at);
      if (other != nullptr) {
        g = as_stored<T>(d, hn::Add(g, load_floats(d, other + at)));
        store_floats(g, d, total + at);
      }
      const auto difference = hn::Sub(load_floats(d, values + at), constants.mean[i]);
      pair.add(row, i, masked(constants, i, difference, g, relu), difference);
    }
  });
  pair.store(sums + channel, sums + channels + channel);
}

template <typename T>
void gradient_sums(const T* gradient, const T* other, T* total, const T* values,
                   std::int64_t pixels, std::int64_t channels, const NormForward& norm,
                   float* sums) {
  for_channels(channels, [&](auto vectors, std::int64_t channel) HWY_ATTR {
    gradient_sums_of<decltype(vectors)::value>(gradient, other, total, values, pixels, channels,
                                               channel, norm, sums);
  });
}

template <std::size_t kVectors, typename T>
HWY_INLINE void backward_to(const T* gradient, const T* values, const NormOutput<T>& reference,
                            std::int64_t pixels, std::int64_t channels, std::int64_t channel,
                            const NormBackward& norm) {
  const NormTag d;
  const auto width = static_cast<std::int64_t>(hn::Lanes(d));
  const ForwardConstants<kVectors> constants(norm.forward, channel);
  NormVector slope[kVectors];
  NormVector offset[kVectors];
  load_constants(norm.slope + channel, slope);
  load_constants(norm.offset + channel, offset);
  const NormOutput<T> output = reference;
  const bool relu = norm.forward.relu;
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
    for (std::size_t i = 0; i < kVectors; ++i) {
      const std::int64_t at = pixel * channels + channel + static_cast<std::int64_t>(i) * width;
      const auto difference = hn::Sub(load_floats(d, values + at), constants.mean[i]);
      const auto g = masked(constants, i, difference, load_floats(d, gradient + at), relu);
      const auto rest = hn::MulAdd(difference, slope[i], offset[i]);
      store_result(output, pixel, channel + static_cast<std::int64_t>(i) * width, channels,
                   hn::MulAdd(g, constants.scale[i], rest));
    }
  }
}

template <typename T>
void backward(const T* gradient, const T* values, const NormOutput<T>& output, std::int64_t pixels,
              std::int64_t channels, const NormBackward& norm) {
  for_channels(channels, [&](auto vectors, std::int64_t channel) HWY_ATTR {
    backward_to<decltype(vectors)::value>(gradient, values, output, pixels, channels, channel,
                                          norm);
  });
}

/// Differences from the first pixel of all, whose sums become those of differences from the mean.
void totals(const float* statistics, const double* counts, std::int64_t blocks,
            std::int64_t channels, double* mean, double* squares) {
  const hn::CappedTag<double, 8> d;
  const hn::Rebind<float, decltype(d)> float_tag;
  for (std::int64_t channel = 0; channel < channels;
       channel += static_cast<std::int64_t>(hn::Lanes(d))) {
    const auto at = [&](std::int64_t block, std::int64_t which) HWY_ATTR {
      const float* const from = statistics + (block * kNormStatistics + which) * channels + channel;
      return hn::PromoteTo(d, hn::LoadU(float_tag, from));
    };
    const auto origin = at(0, 0);
    auto count = hn::Zero(d);
    auto sum = hn::Zero(d);
    auto square = hn::Zero(d);
    for (std::int64_t block = 0; block < blocks; ++block) {
      const auto pixels = hn::Set(d, counts[block]);
      const auto distance = hn::Sub(at(block, 0), origin);
      const auto block_sum = at(block, 1);
      const auto moved = hn::Mul(pixels, distance);
      count = hn::Add(count, pixels);
      sum = hn::Add(sum, hn::Add(block_sum, moved));
      // (x + distance)^2, summed.
      const auto cross = hn::MulAdd(hn::Add(block_sum, block_sum), distance, at(block, 2));
      square = hn::Add(square, hn::MulAdd(moved, distance, cross));
    }
    const auto average = hn::Div(sum, count);
    hn::StoreU(hn::Add(origin, average), d, mean + channel);
    const auto centered = hn::NegMulAdd(sum, average, square);
    hn::StoreU(hn::Max(centered, hn::Zero(d)), d, squares + channel);
  }
}

void add_blocks(const float* sums, std::int64_t blocks, std::int64_t count, double* results) {
  const hn::CappedTag<double, 8> d;
  const hn::Rebind<float, decltype(d)> float_tag;
  for (std::int64_t i = 0; i < count; i += static_cast<std::int64_t>(hn::Lanes(d))) {
    auto total = hn::Zero(d);
    for (std::int64_t block = 0; block < blocks; ++block) {
      total = hn::Add(total, hn::PromoteTo(d, hn::LoadU(float_tag, sums + block * count + i)));
    }
    hn::StoreU(total, d, results + i);
  }
}

template <typename T>
NormKernels<T> kernels() {
  return {&statistics<T>, &apply<T>, &gradient_sums<T>, &backward<T>};
}
NormKernels<float> norm_float_kernels() {
  return kernels<float>();
}
NormKernels<Bf16> norm_bf16_kernels() {
  return kernels<Bf16>();
}

}  // namespace
}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace firesweep::runners::engine {
namespace {

HWY_EXPORT(norm_float_kernels);
HWY_EXPORT(norm_bf16_kernels);
HWY_EXPORT(totals);
HWY_EXPORT(add_blocks);

template <typename T>
NormKernels<T> norm_kernels() {
  if constexpr (std::is_same_v<T, float>) {
    return HWY_DYNAMIC_DISPATCH(norm_float_kernels)();
  } else {
    return HWY_DYNAMIC_DISPATCH(norm_bf16_kernels)();
  }
}

}  // namespace

template <typename T>
void norm_statistics(const T* values, std::int64_t pixels, std::int64_t channels,
                     float* statistics) {
  norm_kernels<T>().statistics(values, pixels, channels, statistics);
}

void norm_totals(const float* statistics, const double* counts, std::int64_t blocks,
                 std::int64_t channels, double* mean, double* squares) {
  HWY_DYNAMIC_DISPATCH(totals)(statistics, counts, blocks, channels, mean, squares);
}

template <typename T>
void norm_apply(const T* values, const T* addend, T* output, std::int64_t pixels,
                std::int64_t channels, const NormForward& norm) {
  norm_kernels<T>().apply(values, addend, {.rows = output}, pixels, channels, norm);
}

template <typename T>
void norm_apply(const T* values, std::int64_t pixels, const BlockedTensor& blocked,
                const NormForward& norm) {
  norm_kernels<T>().apply(values, nullptr, {.rows = nullptr, .blocked = blocked}, pixels,
                          blocked.channels, norm);
}

template <typename T>
void norm_gradient_sums(const T* gradient, const T* other, T* total, const T* values,
                        std::int64_t pixels, std::int64_t channels, const NormForward& norm,
                        float* sums) {
  norm_kernels<T>().gradient_sums(gradient, other, total, values, pixels, channels, norm, sums);
}

void norm_add_blocks(const float* sums, std::int64_t blocks, std::int64_t count, double* totals) {
  HWY_DYNAMIC_DISPATCH(add_blocks)(sums, blocks, count, totals);
}

template <typename T>
void norm_backward(const T* gradient, const T* values, T* result, std::int64_t pixels,
                   std::int64_t channels, const NormBackward& norm) {
  norm_kernels<T>().backward(gradient, values, {.rows = result}, pixels, channels, norm);
}

template <typename T>
void norm_backward(const T* gradient, const T* values, std::int64_t pixels,
                   const BlockedTensor& blocked, const NormBackward& norm) {
  norm_kernels<T>().backward(gradient, values, {.rows = nullptr, .blocked = blocked}, pixels,
                             blocked.channels, norm);
}

// NOLINTBEGIN(bugprone-macro-parentheses): T is a type
#define FIRESWEEP_NORM_KERNELS(T)                                                                \
  template void norm_statistics(const T*, std::int64_t, std::int64_t, float*);                   \
  template void norm_apply(const T*, const T*, T*, std::int64_t, std::int64_t,                   \
                           const NormForward&);                                                  \
  template void norm_apply(const T*, std::int64_t, const BlockedTensor&, const NormForward&);    \
  template void norm_gradient_sums(const T*, const T*, T*, const T*, std::int64_t, std::int64_t, \
                                   const NormForward&, float*);                                  \
  template void norm_backward(const T*, const T*, T*, std::int64_t, std::int64_t,                \
                              const NormBackward&);                                              \
  template void norm_backward(const T*, const T*, std::int64_t, const BlockedTensor&,            \
                              const NormBackward&);
FIRESWEEP_NORM_KERNELS(float)
FIRESWEEP_NORM_KERNELS(Bf16)
#undef FIRESWEEP_NORM_KERNELS
// NOLINTEND(bugprone-macro-parentheses)

}  // namespace firesweep::runners::engine
#endif
