// The probability that a design is on the Pareto front, given that its measured values are means
// over a few seeds.
#pragma once

#include <span>
#include <vector>

#include "reports/statistics/image_noise.h"
#include "reports/statistics/pareto.h"
#include "reports/statistics/resampling.h"

namespace firesweep::reports::statistics {

/// A design in objective space; all costs finite, less is better. All candidates have the same
/// numbers of fixed and of measured costs.
struct FrontCandidate {
  Costs fixed;  // known before training: size, MACs
  std::vector<Costs>
      measured;  // the measured costs, one element per seed; none: never on the front
  /// Whether deviations of resampled means are stretched by sqrt(n / (n - 1)), so that their
  /// variance is not too small (Davison & Hinkley, "Bootstrap methods and their application", 1997,
  /// section 3.2).
  bool stretched = false;
  MeanNoise noise{};  // by the choice of images
  /// For each measured cost the factor of the noise in it: 0 if it is not about images. Empty: 0.
  Costs noise_factors{};
};

struct FrontProbabilities {
  std::vector<double> probability;  // in the order of the candidates
  Resampling resampling;
};

inline constexpr ResamplingOptions kFrontDraws = {.seed = kDefaultSeed, .count = 1'000};

/// The fraction of bootstrap resamples in which a candidate is on the front of the resampled means.
/// Each candidate's seeds are resampled with replacement, all measured costs of a seed together;
/// candidates independently. The choice of images is drawn once for all candidates of a resample.
/// Ties as in non_dominated(). A fraction over 1,000 resamples is within 0.03 of its limit.
///
/// Overconfident with few seeds: with one seed a candidate's mean moves only by the noise of its
/// images, with two or three not as far as Student's distribution would.
///
/// Neither the order of candidates nor that of seeds changes the result; candidates with equal
/// values share one probability. Those that some other dominates in every resample (noise within
/// five of its deviations) are left out before any drawing, so 20,000 candidates with 5 seeds take
/// about a second.
[[nodiscard]] FrontProbabilities front_probabilities(
    std::span<const FrontCandidate> candidates, const ResamplingOptions& options = kFrontDraws);

}  // namespace firesweep::reports::statistics
