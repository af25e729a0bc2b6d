// McNemar's test: do two networks, tried on the same images, differ in how often they are right?
// Only discordant images tell, those that one network has right and the other wrong. If both are
// right equally often on images such as these, each discordant image is as likely of one kind as of
// the other (McNemar, "Note on the sampling error of the difference between correlated proportions
// or percentages", Psychometrika 12, 1947).
//
// The two networks are fixed: the answer is about other images, not about other seeds. Two designs
// of equal accuracy have networks that differ, because seeds do, and the test finds that. Several
// pairs on the same images are not independent, so their counts can't be added up to one test;
// crossed_error.h has what holds then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace firesweep::reports::statistics {

struct McNemarTest {
  std::size_t only_first = 0;   // images that only the first network has right
  std::size_t only_second = 0;  // likewise
  /// Exact, two-sided: the binomial probability that of all discordant images so few, or fewer, are
  /// of the rarer kind, doubled. Never too small; 1 without discordant images.
  double p = 1.0;
  /// With half the probability of the observed count (mid-p; Lancaster, JASA 56, 1961): closer to
  /// its level, which it may exceed slightly (Fagerland, Lydersen & Laake, "The McNemar test for
  /// binary matched-pairs data", BMC Medical Research Methodology 13, 2013).
  double mid_p = 1.0;
  /// The smallest p that so many discordant images can give: 2 / 2^discordant.
  double min_p = 1.0;

  [[nodiscard]] std::size_t discordant() const { return only_first + only_second; }
  bool operator==(const McNemarTest&) const = default;
};

/// By the numbers of discordant images.
[[nodiscard]] McNemarTest mcnemar_test(std::size_t only_first, std::size_t only_second);

/// By which images the networks have right: image i is bit i % 64 of word i / 64. Precondition: as
/// many words on both sides.
[[nodiscard]] McNemarTest mcnemar_test(std::span<const std::uint64_t> first,
                                       std::span<const std::uint64_t> second);

}  // namespace firesweep::reports::statistics
