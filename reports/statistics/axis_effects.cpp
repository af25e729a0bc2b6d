#include "reports/statistics/axis_effects.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>

#include "reports/statistics/additive_model.h"
#include "reports/statistics/mean_interval.h"

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
      if (n < 2) {
        continue;
      }
      const double stretch = std::sqrt(static_cast<double>(n) / static_cast<double>(n - 1));
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

  /// Deviations of all designs' means. Precondition: known().
  void draw(Random& random, std::vector<double>& deviations) const {
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      const Source& source = sources_[i];
      double sum = 0.0;
      for (std::size_t drawn = 0; drawn < source.draws; ++drawn) {
        sum += pool_[source.start + random.below(static_cast<std::uint32_t>(source.size))];
      }
      deviations[i] = sum / static_cast<double>(source.draws);
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
};

void add_intervals(AxisEffects& result, const AdditiveModel& model, const SeedNoise& noise,
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
        around.push_back(*effect.effect + *effects[axis][level]);
      }
      effect.interval = percentile_interval(std::move(around), result.confidence);
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
    add_intervals(result, model, noise, options);
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
