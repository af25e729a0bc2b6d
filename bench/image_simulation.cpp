#include "bench/image_simulation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "reports/statistics/axis_effects.h"
#include "reports/statistics/column_counts.h"
#include "reports/statistics/crossed_error.h"
#include "reports/statistics/image_noise.h"
#include "reports/statistics/mean_interval.h"
#include "reports/statistics/resampling.h"
#include "reports/statistics/summary.h"

namespace firesweep::bench {
namespace {

using reports::statistics::CrossedError;
using reports::statistics::ImageScores;
using reports::statistics::Interval;
using reports::statistics::Random;

using Bits = std::vector<std::uint64_t>;

constexpr std::uint32_t kEntries = 1024;
constexpr double kDifficulty = 1.0;     // deviation over images, where chance has 1
constexpr double kOwnDifficulty = 0.3;  // of an image for one design alone

/// Equally likely values of a distribution, so that the truth can be computed exactly.
class Quantiles {
 public:
  Quantiles(double (*quantile)(double), double deviation) {
    double squares = 0.0;
    for (std::uint32_t i = 0; i < kEntries; ++i) {
      values_[i] = quantile((i + 0.5) / kEntries);
      squares += values_[i] * values_[i];
    }
    const double scale = deviation / std::sqrt(squares / kEntries);
    for (double& value : values_) {
      value *= scale;
    }
  }

  [[nodiscard]] double draw(Random& random) const { return values_[random.below(kEntries)]; }
  [[nodiscard]] const std::array<double, kEntries>& values() const { return values_; }

 private:
  std::array<double, kEntries> values_{};
};

double normal(double p) {
  return reports::statistics::normal_quantile(p);
}
double heavy(double p) {
  return reports::statistics::student_t_quantile(p, 3.0);
}

class Simulation {
 public:
  Simulation(const ImageScenario& scenario, std::uint64_t seed)
      : scenario_(scenario),
        random_(seed),
        seed_(scenario.spread == SeedSpread::kNormal ? normal : heavy, scenario.seed_spread) {
    const double noise =
        std::sqrt(1.0 + kDifficulty * kDifficulty + kOwnDifficulty * kOwnDifficulty +
                  scenario.seed_spread * scenario.seed_spread);
    skill_ = noise * normal(scenario.accuracy);
  }

  void run(ImageCoverage& coverage) {
    draw_images();
    const double first = truth(skill_);
    const double better = truth(skill_ + 0.1);
    const Design one = design(skill_);
    add_mean(coverage, one, first);
    const Design other = design(skill_ + 0.1);
    if (one.failed || other.failed) {
      return;
    }
    add_difference(coverage, other, one, better - first);
    add_false_alarm(coverage, design(skill_), one);
    if (runs_++ % kRunsWithoutEffect == 0) {
      add_effect(coverage);
    }
  }

 private:
  /// The grid of effects is dear.
  static constexpr std::size_t kRunsWithoutEffect = 2;

  struct Design {
    std::vector<Bits> trials;
    std::vector<double> accuracies;
    bool failed = false;
  };

  void draw_images() {
    images_.resize(scenario_.images);
    for (double& image : images_) {
      image = difficulty_.draw(random_);
    }
  }

  Design design(double skill) {
    Design made;
    std::vector<double> own(scenario_.images);
    for (std::size_t i = 0; i < own.size(); ++i) {
      own[i] = skill + images_[i] + own_difficulty_.draw(random_);
    }
    for (std::size_t s = 0; s < scenario_.seeds; ++s) {
      made.failed = made.failed || random_.below(1'000'000) < scenario_.failures * 1e6;
      const double effect = seed_.draw(random_);
      Bits bits((scenario_.images + 63) / 64, 0);
      std::size_t right = 0;
      for (std::size_t i = 0; i < own.size(); ++i) {
        const std::uint64_t bit = own[i] + effect + chance_.draw(random_) > 0.0 ? 1 : 0;
        bits[i / 64] |= bit << i % 64;
        right += bit;
      }
      made.trials.push_back(std::move(bits));
      made.accuracies.push_back(static_cast<double>(right) / static_cast<double>(own.size()));
    }
    return made;
  }

  /// The probability that a network with the skill is right. Difficulty and chance add up to nearly
  /// a normal variable.
  [[nodiscard]] double truth(double skill) const {
    const double deviation =
        std::sqrt(1.0 + kDifficulty * kDifficulty + kOwnDifficulty * kOwnDifficulty);
    double sum = 0.0;
    for (const double effect : seed_.values()) {
      sum += reports::statistics::normal_cdf((skill + effect) / deviation);
    }
    return sum / kEntries;
  }

  static void add(Held& held, const std::optional<Interval>& interval, double value) {
    if (interval) {
      held.held += interval->low <= value && value <= interval->high ? 1.0 : 0.0;
      held.width += interval->high - interval->low;
      ++held.intervals;
    }
  }

  [[nodiscard]] std::optional<CrossedError> error_of(const Design& plus,
                                                     const Design* minus) const {
    std::vector<ImageScores> scores;
    for (std::size_t s = 0; s < plus.trials.size(); ++s) {
      scores.push_back({.plus = plus.trials[s],
                        .minus = minus == nullptr
                                     ? std::span<const std::uint64_t>{}
                                     : std::span<const std::uint64_t>(minus->trials[s]),
                        .constant = 0.0,
                        .unit = s});
    }
    return reports::statistics::crossed_error(scores, scenario_.images);
  }

  void add_mean(ImageCoverage& coverage, const Design& one, double value) const {
    if (one.failed) {
      return;  // no interval is printed
    }
    const double mean = *reports::statistics::summarize(one.accuracies).mean;
    add(coverage.seeds_and_images,
        reports::statistics::accuracy_interval(mean, *error_of(one, nullptr)), value);
    const double images = static_cast<double>(scenario_.images);
    const auto bounded = reports::statistics::bounded_error(
        one.accuracies, mean * (1.0 - mean) / images, scenario_.images);
    add(coverage.bounded, reports::statistics::accuracy_interval(mean, *bounded), value);
    if (const auto student = reports::statistics::t_interval(one.accuracies)) {
      add(coverage.seeds_only, student->interval, value);
    }
  }

  [[nodiscard]] static std::vector<double> differences(const Design& plus, const Design& minus) {
    std::vector<double> made;
    for (std::size_t s = 0; s < plus.accuracies.size(); ++s) {
      made.push_back(plus.accuracies[s] - minus.accuracies[s]);
    }
    return made;
  }

  void add_difference(ImageCoverage& coverage, const Design& plus, const Design& minus,
                      double value) const {
    const double mean = *reports::statistics::summarize(differences(plus, minus)).mean;
    add(coverage.difference, reports::statistics::crossed_interval(mean, *error_of(plus, &minus)),
        value);
  }

  void add_false_alarm(ImageCoverage& coverage, const Design& plus, const Design& minus) const {
    const std::vector<double> values = differences(plus, minus);
    const double mean = *reports::statistics::summarize(values).mean;
    const auto excludes = [](const std::optional<Interval>& interval) {
      return interval && (interval->low > 0.0 || interval->high < 0.0) ? 1.0 : 0.0;
    };
    coverage.false_alarms +=
        excludes(reports::statistics::crossed_interval(mean, *error_of(plus, &minus)));
    const auto student = reports::statistics::t_interval(values);
    coverage.false_alarms_of_seeds +=
        excludes(student ? std::optional(student->interval) : std::nullopt);
  }

  /// Skills of a grid of three by two without interaction; the effect of its first value.
  void add_effect(ImageCoverage& coverage) {
    constexpr std::array<double, 3> kFirst{-0.1, 0.0, 0.1};
    constexpr std::array<double, 2> kSecond{-0.05, 0.05};
    reports::statistics::GridObservations grid{.level_counts = {3, 2}, .levels = {}, .values = {}};
    double all = 0.0;
    double with_value = 0.0;
    for (std::size_t a = 0; a < 3; ++a) {
      for (std::size_t b = 0; b < 2; ++b) {
        const double skill = skill_ + kFirst[a] + kSecond[b];
        all += truth(skill) / 6.0;
        with_value += a == 0 ? truth(skill) / 2.0 : 0.0;
        add_to_grid(grid, design(skill), {a, b});
      }
    }
    const auto effects = reports::statistics::axis_effects(grid, 0.95, {.seed = 1, .count = 400});
    add(coverage.effect, effects->effects[0][0].interval, with_value - all);
  }

  void add_to_grid(reports::statistics::GridObservations& grid, const Design& made,
                   const std::array<std::size_t, 2>& levels) const {
    reports::statistics::ColumnCounts counts(scenario_.images);
    for (std::size_t s = 0; s < made.trials.size(); ++s) {
      grid.levels.insert(grid.levels.end(), levels.begin(), levels.end());
      grid.values.push_back(made.accuracies[s]);
      grid.noise_of.push_back(grid.noise.size());
      counts.add(made.trials[s]);
    }
    std::vector<double> means(scenario_.images, 0.0);
    counts.add_to(means, 1.0 / static_cast<double>(made.trials.size()));
    reports::statistics::MeanNoise noise{.images = reports::statistics::ImageNoise(means)};
    const CrossedError error = *error_of(made, nullptr);
    const double spread = noise.images.standard_deviation();
    const double rest = std::max(0.0, spread * spread - error.image_part);
    if (error.seed_part > 0.0) {  // as mean_noise() does for reports
      noise.seed_scale = std::sqrt(std::max(0.0, error.seed_part - rest) / error.seed_part);
    }
    grid.noise.push_back(std::move(noise));
  }

  ImageScenario scenario_;
  Random random_;
  Quantiles seed_;
  Quantiles chance_{normal, 1.0};
  Quantiles difficulty_{normal, kDifficulty};
  Quantiles own_difficulty_{normal, kOwnDifficulty};
  double skill_ = 0.0;
  std::vector<double> images_;
  std::size_t runs_ = 0;
};

}  // namespace

ImageCoverage simulate_images(const ImageScenario& scenario, std::size_t runs, std::uint64_t seed) {
  Simulation simulation(scenario, seed);
  ImageCoverage coverage;
  for (std::size_t run = 0; run < runs; ++run) {
    simulation.run(coverage);
  }
  for (Held* held : {&coverage.seeds_and_images, &coverage.seeds_only, &coverage.bounded,
                     &coverage.difference, &coverage.effect}) {
    const auto count = static_cast<double>(std::max<std::size_t>(held->intervals, 1));
    held->held /= count;
    held->width /= count;
  }
  const auto pairs = static_cast<double>(std::max<std::size_t>(coverage.difference.intervals, 1));
  coverage.false_alarms /= pairs;
  coverage.false_alarms_of_seeds /= pairs;
  return coverage;
}

}  // namespace firesweep::bench
