// Interval and tests of the mean difference of matched pairs.
//
// The unit is the pair: one design trained from one seed on both sides. That answers "on these
// designs, with other seeds". Pairs of one design share that design's interaction with the axis, so
// they are no independent evidence about designs outside the sweep. For that question there is a
// companion in which a design is one unit, its pairs averaged: its p flips all pairs of a design
// together, and its interval has a design as one unit. It is the more cautious one and needs six
// designs to reach 0.05.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "reports/statistics/crossed_error.h"
#include "reports/statistics/mean_interval.h"
#include "reports/statistics/sign_flip.h"

namespace firesweep::reports::statistics {

/// Holm-adjusted p-values of one comparison among several.
struct AdjustedP {
  double p = 1.0;
  /// The minimum attainable `p`: its value if every comparison of the family had its smallest
  /// possible p.
  double min_p = 1.0;
  std::size_t comparisons = 1;  // size of the family

  bool operator==(const AdjustedP&) const = default;
};

/// What is known of the images behind the differences. All pairs share the images, so their choice
/// does not average out over pairs.
struct PairImages {
  std::size_t images = 0;           // 0: the differences are not about images
  std::vector<ImageScores> scores;  // of each difference, whatever their units; empty: unknown
  double variance = 0.0;            // without scores: of a difference by the choice of images
  double freedom = 0.0;             // of that, as CrossedError::image_freedom
};

/// One kind of unit: its interval, tests and adjusted p-value.
struct UnitTest {
  std::size_t n = 0;                      // units
  std::optional<double> mean;             // of the units' differences; absent for n = 0
  std::optional<CrossedError> error;      // of the mean; absent for n < 2
  std::optional<MeanInterval> interval;   // crossed_interval(); absent for n < kMinUnits
  std::optional<SignFlipTest> sign_flip;  // of the units, on these images; absent for n = 0
  std::optional<double> interval_p;       // crossed_p(); absent where the interval is
  std::optional<AdjustedP> adjusted;      // absent where sign_flip is

  /// The larger of both p: a difference must be shown by both tests. Precondition: sign_flip.
  [[nodiscard]] double p() const;
};

struct PairedTest {
  std::size_t positive = 0;  // differences above, at and below zero: exact
  std::size_t zero = 0;
  std::size_t negative = 0;
  UnitTest pairs;
  std::optional<UnitTest> designs;  // absent if the caller gave no designs
};

struct PairedTestOptions {
  double confidence = 0.95;
  ResamplingOptions sign_flip = kSignFlipDraws;
};

/// `designs`: which design each difference belongs to, any labels; empty if unknown. Neither order
/// nor labels change the result. p-values are adjusted for a family of one. Precondition: finite
/// differences; designs.size() is 0 or differences.size().
[[nodiscard]] PairedTest test_pairs(std::span<const double> differences,
                                    std::span<const std::size_t> designs = {},
                                    const PairImages& images = {},
                                    const PairedTestOptions& options = {});

/// The same tests with their p-values adjusted as one family, separately for pairs and designs.
/// Tests without pairs are not counted.
[[nodiscard]] std::vector<PairedTest> adjusted_together(std::vector<PairedTest> tests);

/// The mean of each group's values, ascending by label.
[[nodiscard]] std::vector<double> means_by_group(std::span<const double> values,
                                                 std::span<const std::size_t> groups);

/// Holm's step-down adjustment ("A simple sequentially rejective multiple test procedure",
/// Scandinavian Journal of Statistics 6, 1979): rejecting where the result is at most alpha keeps
/// the chance of any false rejection at most alpha, however the tests depend on each other. In the
/// order of the input. Precondition: 0 <= p <= 1.
[[nodiscard]] std::vector<double> holm(std::span<const double> p_values);

}  // namespace firesweep::reports::statistics
