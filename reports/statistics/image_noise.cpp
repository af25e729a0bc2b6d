#include "reports/statistics/image_noise.h"

#include <bit>
#include <cmath>

#include "reports/statistics/summary.h"

namespace firesweep::reports::statistics {

ImageNoise::ImageNoise(std::span<const double> image_means) {
  const double mean = *summarize({image_means.begin(), image_means.end()}).mean;
  const auto images = static_cast<double>(image_means.size());
  blocks_.assign(kBlocks, 0.0);
  for (std::size_t i = 0; i < image_means.size(); ++i) {
    blocks_[i % kBlocks] += (image_means[i] - mean) / images;
  }
}

double ImageNoise::standard_deviation() const {
  double variance = 0.0;
  for (const double block : blocks_) {
    variance += block * block;
  }
  return std::sqrt(variance);
}

ImageNoise::Draw::Draw(Random& random) {
  constexpr std::size_t kBits = 64;
  for (std::size_t first = 0; first < kBlocks; first += kBits) {
    const std::uint64_t bits = random.bits();
    for (std::size_t bit = 0; bit < kBits; ++bit) {
      signs_[first + bit] = (bits >> bit & 1U) != 0 ? 1.0 : -1.0;
    }
  }
}

double ImageNoise::Draw::of(const ImageNoise& noise) const {
  if (noise.empty()) {
    return 0.0;
  }
  // Several sums, so that the processor need not wait for each addition; always the same ones.
  constexpr std::size_t kLanes = 8;
  std::array<double, kLanes> sums{};
  for (std::size_t i = 0; i < kBlocks; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      sums[lane] += signs_[i + lane] * noise.blocks_[i + lane];
    }
  }
  double sum = 0.0;
  for (const double part : sums) {
    sum += part;
  }
  return sum;
}

double MeanNoise::of(const ImageNoise::Draw& draw, Random& random) const {
  double deviation = draw.of(images);
  if (independent > 0.0) {
    // The number of ones among 64 random bits has mean 32 and standard deviation 4.
    deviation += independent * (static_cast<double>(std::popcount(random.bits())) - 32.0) / 4.0;
  }
  return deviation;
}

double MeanNoise::standard_deviation() const {
  const double shared = images.standard_deviation();
  return std::sqrt(shared * shared + independent * independent);
}

}  // namespace firesweep::reports::statistics
