#include "runners/batches/normalization.h"

#include <cmath>

namespace firesweep::runners::batches {

namespace {

constexpr double kPixelMaximum = 255.0;

}  // namespace

Normalization::Normalization(const data::ImageSet& images, std::span<const std::int32_t> indices) {
  const models::Shape& shape = images.shape;
  const std::int64_t plane = shape.height * shape.width;
  for (std::int64_t channel = 0; channel < shape.channels; ++channel) {
    // Integer sums: exact, so the order of images can't matter.
    std::uint64_t sum = 0;
    std::uint64_t sum_of_squares = 0;
    for (const std::int32_t index : indices) {
      const std::uint8_t* pixels =
          images.pixels.data() + (index * shape.channels + channel) * plane;
      for (std::int64_t i = 0; i < plane; ++i) {
        const std::uint64_t pixel = pixels[i];
        sum += pixel;
        sum_of_squares += pixel * pixel;
      }
    }
    const double count = static_cast<double>(indices.size()) * static_cast<double>(plane);
    const double mean = static_cast<double>(sum) / count;
    const double variance = static_cast<double>(sum_of_squares) / count - mean * mean;
    const double deviation = variance > 0.0 ? std::sqrt(variance) : kPixelMaximum;
    means_.push_back(mean / kPixelMaximum);
    deviations_.push_back(deviation / kPixelMaximum);
    auto& table = tables_.emplace_back();
    for (std::size_t pixel = 0; pixel < table.size(); ++pixel) {
      table[pixel] = static_cast<float>((static_cast<double>(pixel) - mean) / deviation);
    }
  }
}

double Normalization::mean(std::int64_t channel) const {
  return means_.at(static_cast<std::size_t>(channel));
}

double Normalization::deviation(std::int64_t channel) const {
  return deviations_.at(static_cast<std::size_t>(channel));
}

}  // namespace firesweep::runners::batches
