// Which axis values raise or lower a measured value, and where two axes do more together than the
// sum of both.
//
// Main effects are those of the additive model (additive_model.h) of the designs' means. On a full
// grid that is the textbook's: the mean of all designs with the value minus the mean of all
// designs, so every combination of the other axes counts equally. On a broken grid plain means
// would mix the axis with others that happen to differ; least squares compares what can be
// compared.
//
// Intervals are about seeds and images on this grid: would the effect be the same with others? The
// grid's values were chosen, not drawn, so the intervals do not cover values in between or outside.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "reports/statistics/grid.h"
#include "reports/statistics/mean_interval.h"

namespace firesweep::reports::statistics {

struct LevelEffect {
  std::size_t designs = 0;           // with this value
  std::size_t observations = 0;      // of these designs
  std::optional<double> effect;      // in the unit of the values; an axis's sum to zero
  std::optional<Interval> interval;  // absent with fewer than two degrees of freedom for the seeds
};

struct AxisEffects {
  std::size_t designs = 0;
  std::size_t observations = 0;
  bool full_grid = false;   // all combinations of the observed values are there
  double grand_mean = 0.0;  // of the designs' means
  std::vector<std::vector<LevelEffect>> effects;  // [axis][value]
  double confidence = 0.95;
};

/// An effect is a weighted sum of the designs' means, so its variance has the two parts of
/// crossed_error.h: the seeds' part is the sum of squared weights times the variances of the means
/// by their seeds, with Satterthwaite's degrees of freedom; the images' part is the variance of the
/// weighted sum of the designs' image means (image_noise.h), which keeps that designs are right on
/// the same images, without what it holds of the seeds' part. The interval is crossed_interval().
/// Designs with one seed borrow the variance of all others. Assumes seeds to be independent between
/// designs; if equal seeds move designs alike, intervals are too wide.
///
/// Absent without observations or for values that are not finite.
[[nodiscard]] std::optional<AxisEffects> axis_effects(const GridObservations& observations,
                                                      double confidence = 0.95);

/// One cell of the table of two axes.
struct InteractionCell {
  std::size_t designs = 0;
  std::optional<double> mean;         // of the designs' means
  std::optional<double> interaction;  // mean of what the additive model leaves; absent if empty
};

/// [value of `first`][value of `second`]; empty under the conditions above. On a full grid the
/// interaction is cell mean - row mean - column mean + grand mean. Precondition: first != second.
[[nodiscard]] std::vector<std::vector<InteractionCell>> interaction_table(
    const GridObservations& observations, std::size_t first, std::size_t second);

}  // namespace firesweep::reports::statistics
