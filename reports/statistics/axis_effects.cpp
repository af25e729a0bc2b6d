#include "reports/statistics/axis_effects.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>

#include "reports/statistics/additive_model.h"
#include "reports/statistics/mean_interval.h"
#include "reports/statistics/summary.h"

namespace firesweep::reports::statistics {
namespace {

std::vector<double> means_of(std::span<const GridDesign> designs) {
  std::vector<double> means;
  for (const GridDesign& design : designs) {
    means.push_back(design.mean);
  }
  return means;
}

/// Where the deviations of a design's resampled mean come from.
class SeedNoise {
 public:
  explicit SeedNoise(std::span<const GridDesign> designs) {
    for (const GridDesign& design : designs) {
      const std::size_t n = design.values.size();
      sources_.push_back({.start = pool_.size(), .size = n, .draws = n});
      noise_.push_back(design.noise);
      has_images_ = has_images_ || !design.noise.images.empty();
      if (n < 2) {
        continue;
      }
      const double stretch =
          design.noise.seed_scale * std::sqrt(static_cast<double>(n) / static_cast<double>(n - 1));
      for (const double value : design.values) {
        pool_.push_back(stretch * (value - design.mean));
      }
    }
    for (Source& source : sources_) {
      if (source.size < 2) {
        source.start = 0;
        source.size = pool_.size();
      }
    }
  }

  [[nodiscard]] bool known() const { return !pool_.empty(); }

  /// Variance of a design's mean by its seeds, and what that is known from. Precondition: known().
  [[nodiscard]] double variance(std::size_t design) const {
    const Source& source = sources_[design];
    double squares = 0.0;
    for (std::size_t i = source.start; i < source.start + source.size; ++i) {
      squares += pool_[i] * pool_[i];
    }
    return squares / static_cast<double>(source.size * source.draws);
  }
  [[nodiscard]] double freedom(std::size_t design) const {
    return static_cast<double>(std::max<std::size_t>(sources_[design].size, 2) - 1);
  }

  /// Deviations of all designs' means. Precondition: known().
  void draw(Random& random, std::vector<double>& deviations) const {
    const ImageNoise::Draw images = has_images_ ? ImageNoise::Draw(random) : ImageNoise::Draw();
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      const Source& source = sources_[i];
      double sum = 0.0;
      for (std::size_t drawn = 0; drawn < source.draws; ++drawn) {
        sum += pool_[source.start + random.below(static_cast<std::uint32_t>(source.size))];
      }
      deviations[i] = sum / static_cast<double>(source.draws) + noise_[i].of(images, random);
    }
  }

 private:
  struct Source {
    std::size_t start = 0;
    std::size_t size = 0;
    std::size_t draws = 0;
  };
  std::vector<double> pool_;
  std::vector<Source> sources_;
  std::vector<MeanNoise> noise_;
  bool has_images_ = false;
};

double variance_of(std::span<const double> values) {
  const Summary summary = summarize({values.begin(), values.end()});
  return summary.sd ? *summary.sd * *summary.sd : 0.0;
}

/// By how much wider an interval must be because a few seeds hardly know their own spread:
/// Student's quantile instead of the normal one for the seeds' part of the variance, with
/// Satterthwaite's degrees of freedom. Weights of the designs are those of a full grid.
double few_seeds_factor(std::span<const GridDesign> designs, std::size_t axis, std::size_t level,
                        const SeedNoise& noise, double variance, double confidence) {
  const auto has_level = [&](const GridDesign& design) { return design.levels[axis] == level; };
  const auto all = static_cast<double>(designs.size());
  const auto with_level = static_cast<double>(std::ranges::count_if(designs, has_level));
  double seeds = 0.0;
  double squares = 0.0;
  for (std::size_t i = 0; i < designs.size(); ++i) {
    const double weight = has_level(designs[i]) ? 1.0 / with_level - 1.0 / all : 1.0 / all;
    const double part = weight * weight * noise.variance(i);
    seeds += part;
    squares += part * part / noise.freedom(i);
  }
  if (seeds <= 0.0 || variance <= 0.0) {
    return 1.0;
  }
  const double tail = (1.0 - confidence) / 2.0;
  const double ratio = student_t_quantile(tail, seeds * seeds / squares) / normal_quantile(tail);
  const double share = std::min(1.0, seeds / variance);
  return std::sqrt(share * ratio * ratio + 1.0 - share);
}

void add_intervals(AxisEffects& result, std::span<const GridDesign> designs,
                   const AdditiveModel& model, const SeedNoise& noise,
                   const ResamplingOptions& options) {
  Random random(options.seed);
  std::vector<double> deviations(result.designs);
  std::vector<LevelEffects> drawn;
  for (std::size_t resample = 0; resample < options.count; ++resample) {
    noise.draw(random, deviations);
    drawn.push_back(model.effects(deviations));
  }
  for (std::size_t axis = 0; axis < result.effects.size(); ++axis) {
    for (std::size_t level = 0; level < result.effects[axis].size(); ++level) {
      LevelEffect& effect = result.effects[axis][level];
      if (!effect.effect) {
        continue;
      }
      std::vector<double> around;
      for (const LevelEffects& effects : drawn) {
        around.push_back(*effects[axis][level]);
      }
      const double factor =
          few_seeds_factor(designs, axis, level, noise, variance_of(around), result.confidence);
      const Interval middle = percentile_interval(std::move(around), result.confidence);
      effect.interval =
          Interval{*effect.effect + factor * middle.low, *effect.effect + factor * middle.high};
    }
  }
  result.resampling = {.exact = false, .seed = options.seed, .count = options.count};
}

AxisEffects counted(std::span<const GridDesign> designs,
                    std::span<const std::size_t> level_counts) {
  AxisEffects result;
  result.designs = designs.size();
  for (const std::size_t count : level_counts) {
    result.effects.emplace_back(count);
  }
  double sum = 0.0;
  for (const GridDesign& design : designs) {
    sum += design.mean;
    result.observations += design.values.size();
    for (std::size_t axis = 0; axis < level_counts.size(); ++axis) {
      LevelEffect& effect = result.effects[axis][design.levels[axis]];
      ++effect.designs;
      effect.observations += design.values.size();
    }
  }
  result.grand_mean = sum / static_cast<double>(designs.size());
  double combinations = 1.0;
  for (const auto& effects : result.effects) {
    combinations *= static_cast<double>(std::ranges::count_if(
        effects, [](const LevelEffect& effect) { return effect.designs > 0; }));
  }
  result.full_grid = combinations == static_cast<double>(designs.size());
  return result;
}

}  // namespace

std::optional<AxisEffects> axis_effects(const GridObservations& observations, double confidence,
                                        const ResamplingOptions& options) {
  const auto designs = designs_of(observations);
  if (!designs) {
    return std::nullopt;
  }
  AxisEffects result = counted(*designs, observations.level_counts);
  result.confidence = confidence;
  const AdditiveModel model(*designs, observations.level_counts);
  // From the grand mean: effects are small differences of large numbers.
  std::vector<double> response = means_of(*designs);
  for (double& mean : response) {
    mean -= result.grand_mean;
  }
  const LevelEffects effects = model.effects(response);
  for (std::size_t axis = 0; axis < effects.size(); ++axis) {
    for (std::size_t level = 0; level < effects[axis].size(); ++level) {
      result.effects[axis][level].effect = effects[axis][level];
    }
  }
  const SeedNoise noise(*designs);
  if (noise.known()) {
    add_intervals(result, *designs, model, noise, options);
  }
  return result;
}

std::vector<std::vector<InteractionCell>> interaction_table(const GridObservations& observations,
                                                            std::size_t first, std::size_t second) {
  const auto designs = designs_of(observations);
  if (!designs) {
    return {};
  }
  const AdditiveModel model(*designs, observations.level_counts);
  const std::vector<double> residuals = model.residuals(means_of(*designs));
  std::vector<std::vector<InteractionCell>> table(
      observations.level_counts[first],
      std::vector<InteractionCell>(observations.level_counts[second]));
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    const GridDesign& design = (*designs)[i];
    InteractionCell& cell = table[design.levels[first]][design.levels[second]];
    ++cell.designs;
    cell.mean = cell.mean.value_or(0.0) + design.mean;
    cell.interaction = cell.interaction.value_or(0.0) + residuals[i];
  }
  for (auto& row : table) {
    for (InteractionCell& cell : row) {
      if (cell.designs > 0) {
        *cell.mean /= static_cast<double>(cell.designs);
        *cell.interaction /= static_cast<double>(cell.designs);
      }
    }
  }
  return table;
}

}  // namespace firesweep::reports::statistics
