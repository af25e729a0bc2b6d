#include "reports/statistics/mean_interval.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

#include "reports/statistics/summary.h"

namespace firesweep::reports::statistics {
namespace {

/// Up to here enumerating is cheaper than drawing: 1,716 multisets of 7.
constexpr std::size_t kMaxEnumerated = 7;

/// Sorted values and what they are measured from. Resamples are taken of the deviations, so that
/// rounding is relative to the spread, not to the values.
struct Sample {
  std::vector<double> values;  // ascending
  double mean = 0.0;
  double sd = 0.0;
  std::vector<double> deviations;  // from the mean, ascending
  double rounding = 0.0;           // deviations of resample means below this are zero

  [[nodiscard]] bool constant() const { return values.front() == values.back(); }
};

std::optional<Sample> prepare(std::span<const double> values) {
  if (values.size() < 2 ||
      !std::ranges::all_of(values, [](double v) { return std::isfinite(v); })) {
    return std::nullopt;
  }
  Sample sample;
  sample.values.assign(values.begin(), values.end());
  std::ranges::sort(sample.values);
  const Summary summary = summarize(sample.values);
  sample.mean = *summary.mean;
  sample.sd = *summary.sd;
  if (!std::isfinite(sample.mean) || !std::isfinite(sample.sd)) {
    return std::nullopt;  // squares beyond the range of double
  }
  for (const double value : sample.values) {
    sample.deviations.push_back(value - sample.mean);
  }
  const double largest = std::max(std::abs(sample.values.front()), std::abs(sample.values.back()));
  sample.rounding = 16.0 * std::numeric_limits<double>::epsilon() * largest;
  return sample;
}

MeanInterval constant_interval(const Sample& sample, double confidence) {
  return {.n = sample.values.size(),
          .mean = sample.mean,
          .interval = {sample.mean, sample.mean},
          .confidence = confidence,
          .method = IntervalMethod::kConstant,
          .resampling = {}};
}

/// A resample's mean deviation and the number of resamples that have it.
struct Outcome {
  double deviation = 0.0;
  std::uint64_t ways = 1;
};

/// Chooses how often each deviation from index `i` on is drawn, `left` draws being left.
void enumerate(const Sample& sample, std::size_t i, std::size_t left, double sum,
               std::uint64_t ways, std::vector<Outcome>& outcomes) {
  const std::size_t n = sample.deviations.size();
  if (i + 1 == n) {
    const double total = sum + static_cast<double>(left) * sample.deviations[i];
    outcomes.push_back({total / static_cast<double>(n), ways});
    return;
  }
  std::uint64_t choices = 1;  // left over k
  for (std::size_t k = 0; k <= left; ++k) {
    enumerate(sample, i + 1, left - k, sum + static_cast<double>(k) * sample.deviations[i],
              ways * choices, outcomes);
    choices = choices * (left - k) / (k + 1);
  }
}

/// The bootstrap distribution of the mean's deviation, exact or drawn.
class BootstrapDistribution {
 public:
  BootstrapDistribution(const Sample& sample, const ResamplingOptions& options) {
    const std::size_t n = sample.deviations.size();
    if (n <= kMaxEnumerated) {
      enumerate(sample, 0, n, 0.0, 1, outcomes_);
      resampling_ = {.exact = true, .seed = 0, .count = 1};
      for (std::size_t i = 0; i < n; ++i) {
        resampling_.count *= n;
      }
      return;
    }
    resampling_ = {.exact = false, .seed = options.seed, .count = options.count};
    Random random(options.seed);
    outcomes_.resize(options.count);
    for (Outcome& outcome : outcomes_) {
      double sum = 0.0;
      for (std::size_t i = 0; i < n; ++i) {
        sum += sample.deviations[random.below(static_cast<std::uint32_t>(n))];
      }
      outcome.deviation = sum / static_cast<double>(n);
    }
  }

  [[nodiscard]] const Resampling& resampling() const { return resampling_; }

  /// Share of the resamples whose mean is below the sample's; equal ones count half.
  [[nodiscard]] double fraction_below(double rounding) const {
    std::uint64_t twice = 0;
    for (const Outcome& outcome : outcomes_) {
      const std::uint64_t halves = outcome.deviation < -rounding   ? 2
                                   : outcome.deviation <= rounding ? 1
                                                                   : 0;
      twice += halves * outcome.ways;
    }
    return static_cast<double>(twice) / (2.0 * static_cast<double>(resampling_.count));
  }

  /// The lowest deviation that at least `level` of the resamples don't exceed.
  [[nodiscard]] double lower_end(double level) {
    return order_statistic(std::ceil(level * static_cast<double>(resampling_.count)) - 1.0);
  }

  /// Its mirror image: turning all signs turns the interval.
  [[nodiscard]] double upper_end(double level) {
    return order_statistic(std::floor(level * static_cast<double>(resampling_.count)));
  }

 private:
  [[nodiscard]] double order_statistic(double position) {
    const auto rank = static_cast<std::uint64_t>(
        std::clamp(position, 0.0, static_cast<double>(resampling_.count - 1)));
    // Selection by halving: a full sort would cost ten times as much.
    std::span<Outcome> rest = outcomes_;
    std::uint64_t passed = 0;
    while (rest.size() > 1) {
      const std::size_t half = rest.size() / 2;
      std::ranges::nth_element(rest, rest.begin() + static_cast<std::ptrdiff_t>(half), {},
                               &Outcome::deviation);
      std::uint64_t ways = 0;
      for (const Outcome& outcome : rest.first(half)) {
        ways += outcome.ways;
      }
      const bool below = rank < passed + ways;
      passed += below ? 0 : ways;
      rest = below ? rest.first(half) : rest.subspan(half);
    }
    return rest.front().deviation;
  }

  std::vector<Outcome> outcomes_;  // in no particular order
  Resampling resampling_;
};

/// A sixth of the skewness of the jackknife's influence values; for a mean these are the
/// deviations.
double acceleration(const Sample& sample) {
  const double largest =
      std::max(std::abs(sample.deviations.front()), std::abs(sample.deviations.back()));
  double squares = 0.0;
  double cubes = 0.0;
  for (const double deviation : sample.deviations) {
    const double d = deviation / largest;  // cubes of tiny numbers must not vanish
    squares += d * d;
    cubes += d * d * d;
  }
  return cubes / (6.0 * std::pow(squares, 1.5));
}

/// Levels of the bootstrap distribution at which the interval ends.
struct Levels {
  double low = 0.0;
  double high = 0.0;
};

std::optional<Levels> corrected_levels(double fraction_below, double acceleration, double tail) {
  if (fraction_below <= 0.0 || fraction_below >= 1.0) {
    return std::nullopt;
  }
  const double bias = normal_quantile(fraction_below);
  const double z = normal_quantile(tail);
  const auto shrinkage = [&](double shifted) { return 1.0 - acceleration * shifted; };
  if (shrinkage(bias + z) <= 0.0 || shrinkage(bias - z) <= 0.0) {
    return std::nullopt;
  }
  return Levels{normal_cdf(bias + (bias + z) / shrinkage(bias + z)),
                normal_cdf(bias + (bias - z) / shrinkage(bias - z))};
}

}  // namespace

// Boost computes in long double and rounds once: last bits do not depend on which variant of exp()
// and log() the C library chose for this processor.

double normal_cdf(double z) {
  return boost::math::cdf(boost::math::normal(), z);
}

double normal_quantile(double p) {
  return boost::math::quantile(boost::math::normal(), p);
}

double student_t_quantile(double p, double degrees_of_freedom) {
  return boost::math::quantile(boost::math::students_t(degrees_of_freedom), p);
}

Interval percentile_interval(std::vector<double> resampled, double confidence) {
  std::ranges::sort(resampled);
  const std::size_t n = resampled.size();
  const auto tail = static_cast<std::size_t>((1.0 - confidence) / 2.0 * static_cast<double>(n));
  const std::size_t cut = std::min(tail, (n - 1) / 2);
  return {resampled[cut], resampled[n - 1 - cut]};
}

std::optional<MeanInterval> t_interval(std::span<const double> values, double confidence) {
  const std::optional<Sample> sample = prepare(values);
  if (!sample) {
    return std::nullopt;
  }
  if (sample->constant()) {
    return constant_interval(*sample, confidence);
  }
  const auto n = static_cast<double>(values.size());
  // The lower tail, because 1 - tail would round.
  const double t = -student_t_quantile((1.0 - confidence) / 2.0, n - 1.0);
  const double half_width = t * sample->sd / std::sqrt(n);
  if (!std::isfinite(half_width) || half_width == 0.0) {
    return std::nullopt;  // beyond or below what double can hold
  }
  MeanInterval result = constant_interval(*sample, confidence);
  result.method = IntervalMethod::kStudentT;
  result.interval = {sample->mean - half_width, sample->mean + half_width};
  return result;
}

std::optional<MeanInterval> bca_interval(std::span<const double> values, double confidence,
                                         const ResamplingOptions& options) {
  const std::optional<Sample> sample = prepare(values);
  if (!sample) {
    return std::nullopt;
  }
  if (sample->constant()) {
    return constant_interval(*sample, confidence);
  }
  BootstrapDistribution distribution(*sample, options);
  const double tail = (1.0 - confidence) / 2.0;
  const std::optional<Levels> corrected =
      corrected_levels(distribution.fraction_below(sample->rounding), acceleration(*sample), tail);
  const Levels levels = corrected.value_or(Levels{tail, 1.0 - tail});
  MeanInterval result = constant_interval(*sample, confidence);
  result.method = corrected ? IntervalMethod::kBca : IntervalMethod::kPercentile;
  result.resampling = distribution.resampling();
  // Rounding must not carry an end out of the sample.
  const auto inside = [&](double end) {
    return std::clamp(end, sample->values.front(), sample->values.back());
  };
  result.interval = {inside(sample->mean + distribution.lower_end(levels.low)),
                     inside(sample->mean + distribution.upper_end(levels.high))};
  return result;
}

}  // namespace firesweep::reports::statistics
