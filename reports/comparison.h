// Paired comparison of the values of one axis: the same seed and the same values of all other axes
// on both sides, so that what both sides have in common cancels out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/parameter.h"
#include "reports/results_table.h"
#include "reports/statistics/mcnemar.h"
#include "reports/statistics/paired_test.h"
#include "reports/statistics/summary.h"
#include "reports/statistics/verdict.h"

namespace firesweep::reports {

struct ComparisonRequest {
  std::string axis;
  std::optional<std::string> baseline;  // as in the sweep file; absent: the axis's first value
  std::string metric{};                 // empty: accuracy_metric()
  bool image_by_image = false;          // with McNemar's test of every pair
};

/// The cost of a value in weights relative to the baseline: extremes over the paired designs.
struct WeightChange {
  std::int64_t min_bytes = 0;  // of 32-bit floats; negative: the value's design is smaller
  std::int64_t max_bytes = 0;
  double min_fraction = 0.0;  // of the baseline's bytes: 0.08 for 8 % more
  double max_fraction = 0.0;
};

/// What intervals and p of a comparison hold of the choice of images.
enum class ImageBasis {
  kNone,      // the metric is not about images
  kShared,    // both sides of every pair are known image by image
  kUnpaired,  // single images are unknown: as if the sides had different ones, an upper bound
  kIgnored,   // nothing: the answer is about these images
};

/// The two networks of a pair, compared on the same images.
struct NetworkPair {
  std::string trial;  // ids: of the value's side
  std::string baseline_trial;
  std::uint64_t seed = 0;
  statistics::McNemarTest test;  // the value's network first
  double adjusted_p = 1.0;       // Holm-adjusted for all pairs of the comparison
};

/// One value of the axis against the baseline.
struct PairedDifferences {
  models::ParameterValue value;
  std::vector<double> differences;       // value - baseline, one per pair, in the sweep's order
  std::vector<std::size_t> designs;      // of the baseline's side, for each difference
  statistics::Summary summary;           // of the differences
  std::optional<double> standard_error;  // of the mean difference, over seeds and images
  ImageBasis image_basis = ImageBasis::kNone;
  std::size_t images = 0;  // for kShared and kUnpaired
  /// Interval and p-values, Holm-adjusted for all values of the axis.
  statistics::PairedTest test;
  statistics::Verdict judgement = statistics::Verdict::kNoPairs;
  std::string verdict;                  // one sentence, without a full stop
  std::optional<WeightChange> weights;  // absent without pairs
  std::size_t wins = 0;                 // pairs where the value is better than the baseline
  std::size_t ties = 0;                 // exactly equal
  std::size_t losses = 0;               // pairs where it is worse
  std::size_t marked = 0;      // pairs that count, of which a side diverged or did not learn
  std::size_t dropped = 0;     // pairs left out because a side failed or was not trained to the end
  std::size_t same_trial = 0;  // pairs left out because both sides are one trial, through aliases
  std::size_t unmatched = 0;   // trials of the value with no partner in the sweep
  /// Pairs that know which images each side had right; empty unless asked for. They share the
  /// images, so their tests are no independent evidence on the designs.
  std::vector<NetworkPair> networks{};
};

struct Comparison {
  std::string sweep;
  std::string axis;
  models::ParameterValue baseline;
  std::string metric;
  std::string unit;  // of the metric; differences of "fraction" are shown as percentage points
  std::vector<PairedDifferences> against_baseline;  // in the axis's order
};

/// Throws Error for an unknown axis, value or metric, naming the known ones and the nearest.
[[nodiscard]] Comparison compare(const ResultsTable& table, const ComparisonRequest& request);

/// "at the same size", "at +35.6 kB of weights (+8 to +40 %)"; "" without pairs. Follows a verdict.
[[nodiscard]] std::string weight_words(const PairedDifferences& paired);

/// One for each axis that has two values or more, against its first value, in accuracy_metric().
[[nodiscard]] std::vector<Comparison> compare_every_axis(const ResultsTable& table);

}  // namespace firesweep::reports
