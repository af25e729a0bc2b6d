#include "bench/coverage_simulation.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "reports/statistics/mean_interval.h"

namespace firesweep::bench {
namespace {

constexpr int kImages = 100;
constexpr double kRight = 0.95;

/// Samples by inverting the distribution function.
class Sampler {
 public:
  explicit Sampler(Population population) : population_(population) {
    double probability = std::pow(1.0 - kRight, kImages);
    double reached = 0.0;
    for (int right = 0; right <= kImages; ++right) {
      reached += probability;
      binomial_.push_back(reached);
      probability *= (kImages - right) * kRight / ((right + 1) * (1.0 - kRight));
    }
  }

  [[nodiscard]] double mean() const {
    switch (population_) {
      case Population::kNormal:
        return 0.0;
      case Population::kLogNormal:
        return std::exp(0.5);
      case Population::kAccuracy:
        break;
    }
    return kRight;
  }

  [[nodiscard]] double deviation() const {
    switch (population_) {
      case Population::kNormal:
        return 1.0;
      case Population::kLogNormal:
        return std::sqrt((std::exp(1.0) - 1.0) * std::exp(1.0));
      case Population::kAccuracy:
        break;
    }
    return std::sqrt(kRight * (1.0 - kRight) / kImages);
  }

  [[nodiscard]] double draw(reports::statistics::Random& random) const {
    const double uniform = (static_cast<double>(random.bits() >> 12U) + 0.5) / 4503599627370496.0;
    if (population_ == Population::kAccuracy) {
      const auto right = std::ranges::lower_bound(binomial_, uniform) - binomial_.begin();
      return static_cast<double>(std::min<std::ptrdiff_t>(right, kImages)) / kImages;
    }
    const double normal = reports::statistics::normal_quantile(uniform);
    return population_ == Population::kNormal ? normal : std::exp(normal);
  }

 private:
  Population population_;
  std::vector<double> binomial_;  // distribution function
};

struct Tally {
  double held = 0.0;
  double width = 0.0;

  void add(const std::optional<reports::statistics::MeanInterval>& result, double mean) {
    if (result) {
      held += result->interval.low <= mean && mean <= result->interval.high ? 1.0 : 0.0;
      width += result->interval.high - result->interval.low;
    }
  }
};

}  // namespace

Coverage simulate_coverage(Population population, std::size_t n, std::size_t runs,
                           const reports::statistics::ResamplingOptions& options) {
  const Sampler sampler(population);
  reports::statistics::Random random(options.seed);
  Tally bca;
  Tally student;
  std::vector<double> values(n);
  for (std::size_t run = 0; run < runs; ++run) {
    for (double& value : values) {
      value = sampler.draw(random);
    }
    // Each run resamples from a seed of its own, so that runs are independent.
    bca.add(reports::statistics::bca_interval(values, 0.95,
                                              {.seed = random.bits(), .count = options.count}),
            sampler.mean());
    student.add(reports::statistics::t_interval(values), sampler.mean());
  }
  const auto count = static_cast<double>(runs);
  const double unit = count * sampler.deviation();
  return {bca.held / count, student.held / count, bca.width / unit, student.width / unit};
}

}  // namespace firesweep::bench
