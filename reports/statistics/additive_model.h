// The additive model of a grid: a constant and one effect for each axis value, fitted to the means
// of the designs by least squares. Every design counts once, however many seeds it has.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "reports/statistics/grid.h"
#include "reports/statistics/least_squares.h"

namespace firesweep::reports::statistics {

/// Effects by axis and value; those of one axis sum to zero over its observed values. Absent for
/// values without designs, and for all values of an axis that cannot be separated from others (axes
/// that move together).
using LevelEffects = std::vector<std::vector<std::optional<double>>>;

class AdditiveModel {
 public:
  /// Keeps a view of the designs.
  AdditiveModel(std::span<const GridDesign> designs, std::span<const std::size_t> level_counts);

  /// Least squares is linear: responses that differ have effects that differ accordingly.
  /// `response`: one for each design.
  [[nodiscard]] LevelEffects effects(std::span<const double> response) const;

  /// What the effect of a value has of each response: the effect is the sum of weights times
  /// responses. Precondition: the effect is there.
  [[nodiscard]] std::vector<double> weights(std::size_t axis, std::size_t level) const;

  /// What the model leaves of each response.
  [[nodiscard]] std::vector<double> residuals(std::span<const double> response) const;

 private:
  [[nodiscard]] std::vector<double> coefficients(std::span<const double> response) const;

  std::span<const GridDesign> designs_;
  std::vector<std::vector<std::size_t>> columns_;  // [axis][level]; 0, the constant's, for none
  std::vector<std::vector<bool>> observed_;        // [axis][level]
  std::size_t size_ = 1;
  std::vector<bool> estimable_;  // [axis]
  std::optional<LeastSquares> solver_;
};

}  // namespace firesweep::reports::statistics
