// The conclusion that a paired comparison supports, as a sentence.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "reports/statistics/paired_test.h"

namespace firesweep::reports::statistics {

enum class Verdict {
  kNoPairs,            // nothing to compare
  kTooFewPairs,        // no outcome of this many pairs could have reached alpha
  kNoDifferenceShown,  // which is not the same as "equal"
  kBetter,
  kWorse,
};

/// The sides and the metric, in words.
struct ComparisonWords {
  std::string_view subject;   // what is compared
  std::string_view baseline;  // with what
  std::string_view unit = "percentage points";
  double scale = 100.0;  // from the differences' unit to `unit`: fractions to percentage points
  int decimals = 1;      // more are shown where fewer would hide on which side of zero an end lies
  bool higher_is_better = true;
  std::string_view images{};  // behind the differences: "240 images"; "" if not about images
  std::size_t marked = 0;     // pairs with a trial that diverged or did not learn; they count
};

/// kBetter and kWorse need both: an adjusted p of at most alpha and an interval on one side of
/// zero. Interval and p hold the choice of seeds and of images. About pairs; see
/// holds_across_designs().
[[nodiscard]] Verdict judge(const PairedTest& test, bool higher_is_better = true,
                            double alpha = 0.05);

/// Whether the difference is also shown with designs as units, in the same direction. If not, it is
/// shown for the designs of the sweep only.
[[nodiscard]] bool holds_across_designs(const PairedTest& test, double alpha = 0.05);

/// One sentence without a full stop. It adds "on these designs" to a difference that
/// holds_across_designs() does not confirm.
[[nodiscard]] std::string verdict_sentence(const PairedTest& test, const ComparisonWords& words,
                                           double alpha = 0.05);

/// Two significant digits, more where rounding would move p to the other side of alpha; "< 0.0001"
/// below that. "p = 0.016".
[[nodiscard]] std::string p_in_words(double p, double alpha = 0.05);

}  // namespace firesweep::reports::statistics
