#include "runners/pictures/resampler.h"

#include <algorithm>
#include <cmath>

#include "runners/pictures/resize_kernels.h"

namespace firesweep::runners::pictures {
namespace {

double support_of(Filter filter) {
  return filter == Filter::kBilinear ? 1.0 : 2.0;
}

double triangle(double x) {
  x = std::abs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

/// Keys 1981, "Cubic convolution interpolation for digital image processing", with a = -1/2. The
/// order of operations is Pillow's.
double cubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1.0) {
    return ((kA + 2.0) * x - (kA + 3.0)) * x * x + 1;
  }
  return x < 2.0 ? (((x - 5) * x + 8) * x - 4) * kA : 0.0;
}

double weight_at(Filter filter, double x) {
  return filter == Filter::kBilinear ? triangle(x) : cubic(x);
}

std::int32_t to_fixed(double weight) {
  const double scaled = weight * (1 << kWeightBits);
  return static_cast<std::int32_t>(weight < 0 ? scaled - 0.5 : scaled + 0.5);
}

}  // namespace

FilterWeights::FilterWeights(std::int64_t size, float from, float to, std::int64_t outputs,
                             Window window, Filter filter) {
  const double scale = static_cast<double>(to - from) / static_cast<double>(outputs);
  const double filter_scale = std::max(scale, 1.0);
  const double support = support_of(filter) * filter_scale;
  const double inverse_scale = 1.0 / filter_scale;
  max_taps_ = static_cast<std::size_t>(std::ceil(support)) * 2 + 1;
  max_taps_ = std::min(max_taps_, static_cast<std::size_t>(size));
  const auto count = static_cast<std::size_t>(window.count);
  first_.resize(count);
  taps_.resize(count);
  values_.resize(count * max_taps_);
  std::vector<double> weights(max_taps_);
  for (std::size_t i = 0; i < count; ++i) {
    const double output = static_cast<double>(window.first + static_cast<std::int64_t>(i));
    const double centre = from + (output + 0.5) * scale;
    // Truncation towards zero, as a conversion in C.
    const auto begin =
        std::max<std::int64_t>(static_cast<std::int64_t>(std::trunc(centre - support + 0.5)), 0);
    const auto end = std::min(static_cast<std::int64_t>(std::trunc(centre + support + 0.5)), size);
    const auto taps = static_cast<std::size_t>(end - begin);
    double sum = 0.0;
    for (std::size_t tap = 0; tap < taps; ++tap) {
      const double input = static_cast<double>(begin + static_cast<std::int64_t>(tap));
      weights[tap] = weight_at(filter, (input - centre + 0.5) * inverse_scale);
      sum += weights[tap];
    }
    for (std::size_t tap = 0; tap < taps; ++tap) {
      values_[i * max_taps_ + tap] = to_fixed(sum != 0.0 ? weights[tap] / sum : weights[tap]);
    }
    first_[i] = static_cast<std::uint32_t>(begin);
    taps_[i] = taps;
  }
}

Resampler::Resampler(const Resampling& resampling, std::int64_t height, std::int64_t width,
                     std::int64_t channels)
    : width_(width),
      channels_(channels),
      horizontal_(width, resampling.box.left, resampling.box.right, resampling.width,
                  resampling.columns, resampling.filter),
      vertical_(height, resampling.box.top, resampling.box.bottom, resampling.height,
                resampling.rows, resampling.filter) {
  split_weights();
  const std::size_t last = vertical_.outputs() - 1;
  first_row_ = vertical_.first(0);
  rows_ = vertical_.first(last) + vertical_.taps(last) - first_row_;
  const auto values = static_cast<std::size_t>(channels);
  stride_ = horizontal_.outputs() * values;
  source_.resize(static_cast<std::size_t>(width) * values + 3 * kRowPadding + padded_taps_);
  planes_.resize(values * (static_cast<std::size_t>(width) + kRowPadding) + padded_taps_);
  resized_.resize(rows_ * stride_ + kRowPadding);
}

void Resampler::split_weights() {
  padded_taps_ = padded_taps(horizontal_.max_taps());
  high_.resize(horizontal_.outputs() * padded_taps_);
  low_.resize(high_.size());
  for (std::size_t output = 0; output < horizontal_.outputs(); ++output) {
    for (std::size_t tap = 0; tap < horizontal_.taps(output); ++tap) {
      const std::int32_t weight = horizontal_.values(output)[tap];
      const std::size_t place = output * padded_taps_ + tap;
      high_[place] = static_cast<std::int16_t>(weight >> kLowBits);
      low_[place] = static_cast<std::int16_t>(weight & ((1 << kLowBits) - 1));
    }
  }
}

void Resampler::row(std::span<const std::uint8_t> pixels) {
  const std::size_t row = next_row_++;
  if (row < first_row_ || row - first_row_ >= rows_) {
    return;
  }
  std::copy(pixels.begin(), pixels.end(), source_.begin());
  const RowWeights weights{horizontal_.outputs(), padded_taps_, horizontal_.firsts().data(),
                           high_.data(), low_.data()};
  resize_row(source_.data(), static_cast<std::size_t>(width_), static_cast<std::size_t>(channels_),
             weights, planes_.data(), resized_.data() + (row - first_row_) * stride_);
}

Picture Resampler::finish() {
  const std::size_t height = vertical_.outputs();
  Picture out{static_cast<std::int64_t>(height),
              static_cast<std::int64_t>(horizontal_.outputs()),
              channels_,
              {}};
  out.pixels.resize(height * stride_ + kRowPadding);
  for (std::size_t y = 0; y < height; ++y) {
    sum_rows(resized_.data() + (vertical_.first(y) - first_row_) * stride_, stride_,
             vertical_.taps(y), vertical_.values(y), stride_, out.pixels.data() + y * stride_);
  }
  out.pixels.resize(height * stride_);
  return out;
}

Picture resampled(const Picture& picture, const Resampling& resampling) {
  Resampler resampler(resampling, picture.height, picture.width, picture.channels);
  const auto row_bytes = static_cast<std::size_t>(picture.width * picture.channels);
  for (std::size_t y = 0; y < static_cast<std::size_t>(picture.height); ++y) {
    resampler.row({picture.pixels.data() + y * row_bytes, row_bytes});
  }
  return resampler.finish();
}

}  // namespace firesweep::runners::pictures
