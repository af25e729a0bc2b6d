#include "reports/statistics/verdict.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <string>

#include <fmt/format.h>

#include "base/counts.h"

namespace firesweep::reports::statistics {
namespace {

/// -1, 0 or 1: where the units show a difference, its sign.
int sign_shown(const UnitTest& test, double alpha) {
  if (!test.adjusted || test.adjusted->p > alpha || !test.interval) {
    return 0;
  }
  const Interval& interval = test.interval->interval;
  return interval.low > 0.0 ? 1 : interval.high < 0.0 ? -1 : 0;
}

/// Numbers in the words' unit, counted in the direction of `sign`.
class Figures {
 public:
  Figures(const ComparisonWords& words, const UnitTest& test, double sign)
      : factor_(words.scale * sign), decimals_(words.decimals) {
    if (!test.interval) {
      return;
    }
    // An end that is not zero must not be printed as zero.
    for (const double end : {test.interval->interval.low, test.interval->interval.high}) {
      while (end != 0.0 && decimals_ < 12 && std::strtod(number(end).c_str(), nullptr) == 0.0) {
        ++decimals_;
      }
    }
  }

  [[nodiscard]] std::string number(double difference) const {
    const std::string digits = fmt::format("{:.{}f}", factor_ * difference, decimals_);
    const bool zero = std::strtod(digits.c_str(), nullptr) == 0.0;
    return zero && digits.starts_with('-') ? digits.substr(1) : digits;
  }

  [[nodiscard]] std::string interval(const MeanInterval& mean) const {
    const Interval& ends = mean.interval;
    const bool turned = factor_ < 0.0;
    return fmt::format("{:g} % interval {} to {}", 100.0 * mean.confidence,
                       number(turned ? ends.high : ends.low),
                       number(turned ? ends.low : ends.high));
  }

 private:
  double factor_;
  int decimals_;
};

std::string adjustment(const AdjustedP& adjusted) {
  return adjusted.comparisons < 2
             ? std::string()
             : fmt::format(", Holm-adjusted for {} comparisons", adjusted.comparisons);
}

/// ", 2 of them with a trial that diverged or did not learn"; "" if there are none.
std::string marked_words(const ComparisonWords& words) {
  return words.marked == 0 ? std::string()
                           : fmt::format(", {} of them with a trial that diverged or did not learn",
                                         base::grouped(words.marked));
}

/// ", 240 images".
std::string image_words(const ComparisonWords& words) {
  return words.images.empty() ? std::string() : fmt::format(", {}", words.images);
}

/// "95 % interval 0.3 to 1.4, p = 0.016, 12 pairs of 4 designs".
std::string evidence(const PairedTest& test, const ComparisonWords& words, const Figures& figures,
                     double alpha) {
  const UnitTest& pairs = test.pairs;
  std::string text;
  if (pairs.interval) {
    text += figures.interval(*pairs.interval) + ", ";
  }
  text += p_in_words(pairs.adjusted->p, alpha);
  // A minimal p shows the resolution of the test, not of the data.
  if (pairs.adjusted->p <= pairs.adjusted->min_p) {
    text += ", the minimum attainable";
  }
  text += adjustment(*pairs.adjusted);
  text += ", " + base::counted(pairs.n, "pair");
  if (test.designs) {
    text += " of " + base::counted(test.designs->n, "design");
  }
  return text + image_words(words) + marked_words(words);
}

std::string too_few(const PairedTest& test, const ComparisonWords& words) {
  const UnitTest& pairs = test.pairs;
  const Figures figures(words, pairs, 1.0);
  const bool ties = test.zero > 0;
  return fmt::format(
      "too few pairs: with {}{} the minimum attainable p is {:.2g}{} ({} minus {}: {} {} on "
      "average{})",
      base::counted(pairs.sign_flip->nonzero, "pair"),
      !ties                           ? ""
      : pairs.sign_flip->nonzero == 1 ? " that differs"
                                      : " that differ",
      pairs.adjusted->min_p, adjustment(*pairs.adjusted), words.subject, words.baseline,
      figures.number(*pairs.mean), words.unit, marked_words(words));
}

std::string difference(const PairedTest& test, const ComparisonWords& words, bool better,
                       double alpha) {
  const double mean = *test.pairs.mean;
  const Figures figures(words, test.pairs, mean < 0.0 ? -1.0 : 1.0);
  std::string where;
  if (test.designs && !holds_across_designs(test, alpha)) {
    where = test.designs->n == 1 ? " on this design"
                                 : fmt::format(" on these {} designs", test.designs->n);
  }
  return fmt::format("{} is {} than {} by {} {}{} ({})", words.subject, better ? "better" : "worse",
                     words.baseline, figures.number(mean), words.unit, where,
                     evidence(test, words, figures, alpha));
}

std::string nothing_shown(const PairedTest& test, const ComparisonWords& words, double alpha) {
  const Figures figures(words, test.pairs, 1.0);
  return fmt::format("no difference shown: {} minus {} is {} {} ({})", words.subject,
                     words.baseline, figures.number(*test.pairs.mean), words.unit,
                     evidence(test, words, figures, alpha));
}

}  // namespace

Verdict judge(const PairedTest& test, bool higher_is_better, double alpha) {
  if (!test.pairs.adjusted) {
    return Verdict::kNoPairs;
  }
  // Pairs that all tie are an answer of their own, however few could differ.
  if (test.pairs.sign_flip->nonzero > 0 && test.pairs.adjusted->min_p > alpha) {
    return Verdict::kTooFewPairs;
  }
  const int sign = sign_shown(test.pairs, alpha);
  if (sign == 0) {
    return Verdict::kNoDifferenceShown;
  }
  return (sign > 0) == higher_is_better ? Verdict::kBetter : Verdict::kWorse;
}

bool holds_across_designs(const PairedTest& test, double alpha) {
  const int sign = sign_shown(test.pairs, alpha);
  return sign != 0 && test.designs && sign_shown(*test.designs, alpha) == sign;
}

std::string verdict_sentence(const PairedTest& test, const ComparisonWords& words, double alpha) {
  switch (judge(test, words.higher_is_better, alpha)) {
    case Verdict::kNoPairs:
      return fmt::format("no pair of {} and {} has two finished trials", words.subject,
                         words.baseline);
    case Verdict::kTooFewPairs:
      return too_few(test, words);
    case Verdict::kBetter:
      return difference(test, words, true, alpha);
    case Verdict::kWorse:
      return difference(test, words, false, alpha);
    case Verdict::kNoDifferenceShown:
      break;
  }
  if (test.pairs.sign_flip->nonzero == 0) {
    return fmt::format(
        "no difference shown: {} and {} tie in {}", words.subject, words.baseline,
        test.pairs.n == 1 ? "the only pair" : fmt::format("all {} pairs", test.pairs.n));
  }
  return nothing_shown(test, words, alpha);
}

std::string p_in_words(double p, double alpha) {
  if (p < 0.0001) {
    return "p < 0.0001";
  }
  std::string digits;
  for (int significant = 2; significant <= 17; ++significant) {
    digits = fmt::format("{:.{}g}", p, significant);
    if ((std::strtod(digits.c_str(), nullptr) <= alpha) == (p <= alpha)) {
      break;
    }
  }
  return "p = " + digits;
}

}  // namespace firesweep::reports::statistics
