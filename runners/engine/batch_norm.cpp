#include "runners/engine/batch_norm.h"

#include <algorithm>
#include <cmath>

#include "runners/engine/layer.h"
#include "runners/engine/threads.h"

namespace firesweep::runners::engine {

namespace {

/// Pixels of a block where nothing else divides them: few enough for the second cache, and no more
/// blocks than add up quickly. A function of the shape only.
std::int64_t pixels_of_block(std::int64_t pixels) {
  constexpr std::int64_t kMinPixels = 256;
  constexpr std::int64_t kMaxBlocks = 128;
  return std::max(kMinPixels, (pixels + kMaxBlocks - 1) / kMaxBlocks);
}

std::int64_t blocks_of(std::int64_t pixels) {
  return (pixels + pixels_of_block(pixels) - 1) / pixels_of_block(pixels);
}

}  // namespace

BatchNorm::BatchNorm(const NormWeights& weights, const NormShape& shape)
    : weights_(weights), shape_(shape), block_pixels_(pixels_of_block(shape.pixels)) {
  const auto channels = static_cast<std::size_t>(padded());
  const auto blocks = static_cast<std::size_t>(shape.blocks);
  sums_.resize(blocks * static_cast<std::size_t>(kNormStatistics) * channels);
  counts_.resize(blocks);
  first_totals_.resize(2 * channels);
  second_totals_.resize(channels);
  deviation_.resize(channels);
  // Zero in the padding, where values and gradients stay 0.
  for (std::vector<float>* constants : {&mean_, &scale_, &shift_, &slope_, &offset_}) {
    constants->resize(channels);
  }
}

BatchNorm::BatchNorm(const NormWeights& weights, const Activation& form, bool relu)
    : BatchNorm(weights, {.channels = form.parts.front().channels,
                          .pixels = form.pixels(),
                          .blocks = blocks_of(form.pixels()),
                          .relu = relu}) {}

template <typename T>
void BatchNorm::gather(std::int64_t block, const T* values, std::int64_t pixels) {
  counts_[static_cast<std::size_t>(block)] = static_cast<double>(pixels);
  norm_statistics(values, pixels, padded(), sums_.data() + block * kNormStatistics * padded());
}

void BatchNorm::finish_statistics() {
  norm_totals(sums_.data(), counts_.data(), shape_.blocks, padded(), first_totals_.data(),
              second_totals_.data());
  const auto count = static_cast<double>(shape_.pixels);
  for (std::size_t i = 0; i < static_cast<std::size_t>(shape_.channels); ++i) {
    double mean = static_cast<double>(weights_.running_mean[i]);
    double variance = static_cast<double>(weights_.running_variance[i]);
    if (has_variance()) {
      mean = first_totals_[i];
      variance = second_totals_[i] / count;
      update_running(i, mean, second_totals_[i] / (count - 1.0));
    }
    deviation_[i] = 1.0 / std::sqrt(variance + kNormEpsilon);
    mean_[i] = static_cast<float>(mean);
    scale_[i] = static_cast<float>(static_cast<double>(weights_.scale[i]) * deviation_[i]);
    shift_[i] = weights_.shift[i];
  }
  if (has_variance() && weights_.batches != nullptr) {
    ++*weights_.batches;
  }
}

/// `variance`: without bias.
void BatchNorm::update_running(std::size_t channel, double mean, double variance) const {
  const auto moved = [](float& running, double value) {
    running = static_cast<float>((1.0 - kNormMomentum) * static_cast<double>(running) +
                                 kNormMomentum * value);
  };
  moved(weights_.running_mean[channel], mean);
  moved(weights_.running_variance[channel], variance);
}

NormForward BatchNorm::normalization() const {
  return {
      .mean = mean_.data(), .scale = scale_.data(), .shift = shift_.data(), .relu = shape_.relu};
}

template <typename T>
void BatchNorm::gather_gradient(std::int64_t block, const T* gradient, const T* other, T* total,
                                const T* values, std::int64_t pixels) {
  norm_gradient_sums(gradient, other, total, values, pixels, padded(), normalization(),
                     sums_.data() + block * 2 * padded());
}

/// With x' = (x - mean) d, d = 1 / sqrt(variance + epsilon), and g the gradient of y = gamma x' +
/// beta: that of x is gamma d (g - mean of g - x' * mean of g x').
void BatchNorm::finish_gradient() {
  const auto channels = static_cast<std::size_t>(padded());
  norm_add_blocks(sums_.data(), shape_.blocks, 2 * padded(), first_totals_.data());
  for (std::size_t i = 0; i < static_cast<std::size_t>(shape_.channels); ++i) {
    const double sum = first_totals_[i];
    const double product = first_totals_[channels + i] * deviation_[i];  // with x'
    weights_.scale_gradient[i] = static_cast<float>(product);
    weights_.shift_gradient[i] = static_cast<float>(sum);
    if (has_variance()) {
      const double factor = static_cast<double>(weights_.scale[i]) * deviation_[i] /
                            static_cast<double>(shape_.pixels);
      slope_[i] = static_cast<float>(-factor * product * deviation_[i]);
      offset_[i] = static_cast<float>(-factor * sum);
    }
  }
}

NormBackward BatchNorm::gradient() const {
  return {.forward = normalization(), .slope = slope_.data(), .offset = offset_.data()};
}

/// Calls `work(block, first pixel, pixels)`.
template <typename Work>
void BatchNorm::in_blocks(const Work& work) const {
  in_parallel(shape_.blocks, [&](std::int64_t first, std::int64_t count) {
    for (std::int64_t block = first; block < first + count; ++block) {
      const std::int64_t pixel = block * block_pixels_;
      work(block, pixel, std::min(block_pixels_, shape_.pixels - pixel));
    }
  });
}

void BatchNorm::forward(const Part& values, const Part& addend, const Part& output,
                        Element element) {
  with_element(element, [&](auto kind) {
    using T = decltype(kind);
    in_blocks([&](std::int64_t block, std::int64_t pixel, std::int64_t count) {
      gather(block, elements_at<const T>(values, pixel), count);
    });
    finish_statistics();
    in_blocks([&](std::int64_t /*block*/, std::int64_t pixel, std::int64_t count) {
      norm_apply(elements_at<const T>(values, pixel), elements_at<const T>(addend, pixel),
                 elements_at<T>(output, pixel), count, padded(), normalization());
    });
  });
}

void BatchNorm::backward(const Part& gradient, const Part& other, const Part& values,
                         const Part& result, Element element) {
  with_element(element, [&](auto kind) {
    using T = decltype(kind);
    in_blocks([&](std::int64_t block, std::int64_t pixel, std::int64_t count) {
      gather_gradient(block, elements_at<const T>(gradient, pixel),
                      elements_at<const T>(other, pixel), elements_at<T>(gradient, pixel),
                      elements_at<const T>(values, pixel), count);
    });
    finish_gradient();
    in_blocks([&](std::int64_t /*block*/, std::int64_t pixel, std::int64_t count) {
      norm_backward(elements_at<const T>(gradient, pixel), elements_at<const T>(values, pixel),
                    elements_at<T>(result, pixel), count, padded(), BatchNorm::gradient());
    });
  });
}

template void BatchNorm::gather(std::int64_t, const float*, std::int64_t);
template void BatchNorm::gather(std::int64_t, const Bf16*, std::int64_t);
template void BatchNorm::gather_gradient(std::int64_t, const float*, const float*, float*,
                                         const float*, std::int64_t);
template void BatchNorm::gather_gradient(std::int64_t, const Bf16*, const Bf16*, Bf16*, const Bf16*,
                                         std::int64_t);

}  // namespace firesweep::runners::engine
