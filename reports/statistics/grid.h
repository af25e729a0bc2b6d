// Values observed over a grid of axes, full or broken.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "reports/statistics/image_noise.h"

namespace firesweep::reports::statistics {

/// One observation for each trained trial. Every axis is a factor: its values have no order and no
/// distance.
struct GridObservations {
  std::vector<std::size_t> level_counts;  // how many values each axis has
  std::vector<std::size_t> levels;  // [observations, axes]: which value, below its axis's count
  std::vector<double> values;       // [observations]
  /// How the mean of each design moves with the choice of images, and for each observation which
  /// of them is its design's; both empty if the values are not about images.
  std::vector<MeanNoise> noise{};
  std::vector<std::size_t> noise_of{};  // [observations]
};

/// The observations with equal levels on all axes: seeds of one design.
struct GridDesign {
  std::vector<std::size_t> levels;  // [axes]
  std::vector<double> values;       // ascending, at least one
  double mean = 0.0;
  MeanNoise noise{};
};

/// Ascending by levels, whatever the order of observations. Absent if there is no observation or a
/// value is not finite. Precondition: sizes and levels fit.
[[nodiscard]] std::optional<std::vector<GridDesign>> designs_of(
    const GridObservations& observations);

}  // namespace firesweep::reports::statistics
