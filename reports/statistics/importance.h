// How much of the differences between trials each axis accounts for: an analysis of variance with
// every axis as a factor (Fisher 1925; type II sums of squares: Yates 1934, Langsrud 2003).
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "reports/statistics/grid.h"

namespace firesweep::reports::statistics {

struct PairFraction {
  std::size_t first = 0;  // axes
  std::size_t second = 0;
  double fraction = 0.0;
};

/// Shares of the sum of squares of all observations around their mean; together they are 1.
struct Importance {
  std::vector<double> main;         // [axis]: what it adds to the main effects of all others
  std::vector<PairFraction> pairs;  // what each adds to all main effects and all other pairs
  /// Differences between designs that neither explain: interactions of three and more axes. With
  /// one seed each, and in part with more, it is seed noise too.
  double other_interactions = 0.0;
  std::optional<double> seeds;  // differences within designs; absent if none has two seeds
  /// What several axes explain alike, so that it can be given to none; negative if they explain
  /// more together than apart. 0 on a full grid with equal numbers of seeds.
  double shared = 0.0;
  /// Whether the pairs were fitted; if not, `other_interactions` has their part.
  bool pairs_fitted = true;
};

/// Noise inflates small effects, as in every fraction of explained variance: it adds to each about
/// (values - 1) / observations of the noise. Observations count equally.
///
/// Pairs are left out where their model is too large to fit in a second or two (over about 700
/// columns with 15 pairs). Absent if all values are equal, there are none, or some are not finite.
[[nodiscard]] std::optional<Importance> axis_importance(const GridObservations& observations);

}  // namespace firesweep::reports::statistics
