// How means over the same images would move together if the images were others of their kind: the
// part of the error that designs share, and that more seeds do not remove.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "reports/statistics/resampling.h"

namespace firesweep::reports::statistics {

/// Deviations of image means from their mean, summed over blocks of images and divided by their
/// number. With random signs their sum has the variance of a mean over images and, between means
/// over the same images, the covariance (the wild bootstrap: Wu, "Jackknife, bootstrap and other
/// resampling methods in regression analysis", Annals of Statistics 14(4), 1986, section 7).
/// Dividing the images into blocks makes a draw cheap; the variance is then known to about 12 %.
class ImageNoise {
 public:
  static constexpr std::size_t kBlocks = 128;

  /// No noise.
  ImageNoise() = default;
  /// From the mean score of each image [I] over a design's seeds. Precondition: not empty.
  explicit ImageNoise(std::span<const double> image_means);

  [[nodiscard]] bool empty() const { return blocks_.empty(); }
  /// kBlocks of them, or none.
  [[nodiscard]] std::span<const double> blocks() const { return blocks_; }
  [[nodiscard]] double standard_deviation() const;

  /// One choice of images: a sign for each block, the same for all means.
  class Draw {
   public:
    /// Moves nothing.
    Draw() = default;
    explicit Draw(Random& random);
    /// What the choice adds to the mean; 0 without noise.
    [[nodiscard]] double of(const ImageNoise& noise) const;

   private:
    std::array<double, kBlocks> signs_{};
  };

  bool operator==(const ImageNoise&) const = default;
  auto operator<=>(const ImageNoise&) const = default;

 private:
  std::vector<double> blocks_;  // kBlocks of them, or none
};

/// What resampling seeds does not show of a mean's error.
struct MeanNoise {
  ImageNoise images{};
  /// Where single images are unknown: standard deviation by the choice of images, of this mean
  /// alone.
  double independent = 0.0;
  /// Deviations of seeds are multiplied by it: part of their spread is that few images measure
  /// them.
  double seed_scale = 1.0;
  /// Variance that the seeds' spread and that of `images` both hold: what neither explains.
  double rest = 0.0;

  /// One deviation. `random` is used only for the independent part.
  [[nodiscard]] double of(const ImageNoise::Draw& draw, Random& random) const;
  [[nodiscard]] double standard_deviation() const;

  bool operator==(const MeanNoise&) const = default;
  auto operator<=>(const MeanNoise&) const = default;
};

}  // namespace firesweep::reports::statistics
