#include "bench/image_simulation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "reports/statistics/axis_effects.h"
#include "reports/statistics/class_error.h"
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
constexpr double kDifficulty = 1.0;  // deviation over images, where chance has 1

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

void add(Held& held, const std::optional<Interval>& interval, double value) {
  if (interval) {
    held.held += interval->low <= value && value <= interval->high ? 1.0 : 0.0;
    held.width += interval->high - interval->low;
    ++held.intervals;
  }
}

/// Sums to means.
void average(Held& held) {
  const auto count = static_cast<double>(std::max<std::size_t>(held.intervals, 1));
  held.held /= count;
  held.width /= count;
}

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
    skill_ = std::hypot(deviation(), scenario.seed_spread) * normal(scenario.accuracy);
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
    if (scenario_.effects && runs_++ % kRunsWithoutEffect == 0) {
      add_effect(coverage);
    }
  }

 private:
  /// The grid of effects is expensive.
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
    double sum = 0.0;
    for (const double effect : seed_.values()) {
      sum += reports::statistics::normal_cdf((skill + effect) / deviation());
    }
    return sum / kEntries;
  }

  /// Of chance and both difficulties together.
  [[nodiscard]] double deviation() const {
    return std::sqrt(1.0 + kDifficulty * kDifficulty +
                     scenario_.own_difficulty * scenario_.own_difficulty);
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
    CrossedError error = *error_of(plus, &minus);
    add(coverage.difference, reports::statistics::crossed_interval(mean, error), value);
    error.image_part = 0.0;
    add(coverage.difference_of_seeds, reports::statistics::crossed_interval(mean, error), value);
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
    const auto effects = reports::statistics::axis_effects(grid);
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
      noise.rest = rest;
    }
    grid.noise.push_back(std::move(noise));
  }

  ImageScenario scenario_;
  Random random_;
  Quantiles seed_;
  Quantiles chance_{normal, 1.0};
  Quantiles difficulty_{normal, kDifficulty};
  Quantiles own_difficulty_{normal, scenario_.own_difficulty};
  double skill_ = 0.0;
  std::vector<double> images_;
  std::size_t runs_ = 0;
};

/// Networks on classes of different difficulty.
class ClassSimulation {
 public:
  ClassSimulation(const ClassScenario& scenario, std::uint64_t seed)
      : scenario_(scenario), random_(seed) {
    for (const double recall : scenario.recall) {
      skills_.push_back(std::sqrt(1.0 + kDifficulty * kDifficulty + kSeed * kSeed) *
                        normal(recall));
    }
    add_truth();
  }

  void run(ClassCoverage& coverage) {
    std::vector<std::vector<double>> difficulties;
    for (const std::size_t images : scenario_.images) {
      std::vector<double>& of_class = difficulties.emplace_back(images);
      std::ranges::generate(of_class, [&] { return difficulty_.draw(random_); });
    }
    Matrix mean(classes(), std::vector<double>(classes(), 0.0));
    std::vector<double> recalls;
    std::vector<double> f1;
    for (std::size_t s = 0; s < scenario_.seeds; ++s) {
      const Matrix matrix = network(difficulties);
      recalls.push_back(mean_recall(matrix));
      f1.push_back(macro_f1(matrix));
      for (std::size_t i = 0; i < classes() * classes(); ++i) {
        mean[i / classes()][i % classes()] +=
            matrix[i / classes()][i % classes()] / static_cast<double>(scenario_.seeds);
      }
    }
    std::vector<reports::statistics::ClassCell> cells;
    for (std::size_t i = 0; i < classes() * classes(); ++i) {
      if (const double images = mean[i / classes()][i % classes()]; images > 0.0) {
        cells.push_back({i / classes(), i % classes(), images});
      }
    }
    add(coverage.mean_recall,
        interval(recalls, reports::statistics::mean_recall_error(cells, classes())), true_recall_);
    add(coverage.macro_f1, interval(f1, reports::statistics::macro_f1_error(cells, classes())),
        true_f1_);
  }

 private:
  static constexpr double kSeed = 0.1;
  using Matrix = std::vector<std::vector<double>>;  // [truth][predicted]

  [[nodiscard]] std::size_t classes() const { return scenario_.images.size(); }

  [[nodiscard]] Matrix network(const std::vector<std::vector<double>>& difficulties) {
    Matrix matrix(classes(), std::vector<double>(classes(), 0.0));
    const double effect = seed_.draw(random_);
    for (std::size_t truth = 0; truth < classes(); ++truth) {
      for (const double difficulty : difficulties[truth]) {
        const bool right = skills_[truth] + effect + difficulty + chance_.draw(random_) > 0.0;
        const auto other = random_.below(static_cast<std::uint32_t>(classes() - 1)) + 1;
        matrix[truth][right ? truth : (truth + other) % classes()] += 1.0;
      }
    }
    return matrix;
  }

  /// From the expected matrix over very many images.
  void add_truth() {
    Matrix expected(classes(), std::vector<double>(classes(), 0.0));
    for (std::size_t truth = 0; truth < classes(); ++truth) {
      double recall = 0.0;
      for (const double effect : seed_.values()) {
        recall += reports::statistics::normal_cdf((skills_[truth] + effect) /
                                                  std::hypot(1.0, kDifficulty)) /
                  kEntries;
      }
      const auto images = static_cast<double>(scenario_.images[truth]);
      for (std::size_t predicted = 0; predicted < classes(); ++predicted) {
        expected[truth][predicted] =
            images *
            (truth == predicted ? recall : (1.0 - recall) / static_cast<double>(classes() - 1));
      }
    }
    true_recall_ = mean_recall(expected);
    true_f1_ = macro_f1(expected);
  }

  [[nodiscard]] static double images_of(const Matrix& matrix, std::size_t truth) {
    double images = 0.0;
    for (const double cell : matrix[truth]) {
      images += cell;
    }
    return images;
  }
  [[nodiscard]] static double mean_recall(const Matrix& matrix) {
    double sum = 0.0;
    for (std::size_t k = 0; k < matrix.size(); ++k) {
      sum += matrix[k][k] / images_of(matrix, k);
    }
    return sum / static_cast<double>(matrix.size());
  }
  [[nodiscard]] static double macro_f1(const Matrix& matrix) {
    double sum = 0.0;
    for (std::size_t k = 0; k < matrix.size(); ++k) {
      double both = images_of(matrix, k);
      for (const std::vector<double>& row : matrix) {
        both += row[k];
      }
      sum += 2.0 * matrix[k][k] / both;
    }
    return sum / static_cast<double>(matrix.size());
  }

  /// As error_of_mean() does for reports.
  [[nodiscard]] std::optional<Interval> interval(
      const std::vector<double>& values,
      const std::optional<reports::statistics::ClassError>& bound) const {
    std::size_t images = 0;
    for (const std::size_t of_class : scenario_.images) {
      images += of_class;
    }
    CrossedError error = *reports::statistics::bounded_error(values, bound->variance, images);
    error.image_freedom = bound->freedom;
    return reports::statistics::accuracy_interval(*reports::statistics::summarize(values).mean,
                                                  error);
  }

  ClassScenario scenario_;
  Random random_;
  Quantiles seed_{normal, kSeed};
  Quantiles chance_{normal, 1.0};
  Quantiles difficulty_{normal, kDifficulty};
  std::vector<double> skills_;
  double true_recall_ = 0.0;
  double true_f1_ = 0.0;
};

}  // namespace

ClassCoverage simulate_classes(const ClassScenario& scenario, std::size_t runs,
                               std::uint64_t seed) {
  ClassSimulation simulation(scenario, seed);
  ClassCoverage coverage;
  for (std::size_t run = 0; run < runs; ++run) {
    simulation.run(coverage);
  }
  average(coverage.mean_recall);
  average(coverage.macro_f1);
  return coverage;
}

ImageCoverage simulate_images(const ImageScenario& scenario, std::size_t runs, std::uint64_t seed) {
  Simulation simulation(scenario, seed);
  ImageCoverage coverage;
  for (std::size_t run = 0; run < runs; ++run) {
    simulation.run(coverage);
  }
  for (Held* held : {&coverage.seeds_and_images, &coverage.seeds_only, &coverage.bounded,
                     &coverage.difference, &coverage.difference_of_seeds, &coverage.effect}) {
    average(*held);
  }
  const auto pairs = static_cast<double>(std::max<std::size_t>(coverage.difference.intervals, 1));
  coverage.false_alarms /= pairs;
  coverage.false_alarms_of_seeds /= pairs;
  return coverage;
}

}  // namespace firesweep::bench
