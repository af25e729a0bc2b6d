#include "reports/statistics/mean_interval.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

#include "reports/statistics/summary.h"

namespace firesweep::reports::statistics {
namespace {

struct Sample {
  std::vector<double> values;  // ascending
  double mean = 0.0;
  double sd = 0.0;

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
  return sample;
}

MeanInterval constant_interval(const Sample& sample, double confidence) {
  return {.n = sample.values.size(),
          .mean = sample.mean,
          .interval = {sample.mean, sample.mean},
          .confidence = confidence,
          .method = IntervalMethod::kConstant};
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

}  // namespace firesweep::reports::statistics
