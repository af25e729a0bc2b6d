#include "reports/statistics/axis_effects.h"

#include <algorithm>
#include <array>
#include <span>

#include "reports/statistics/additive_model.h"
#include "reports/statistics/crossed_error.h"
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

/// Variances of the designs' means by their seeds.
class SeedVariances {
 public:
  explicit SeedVariances(std::span<const GridDesign> designs) : designs_(designs) {
    double squares = 0.0;
    for (const GridDesign& design : designs) {
      const auto n = static_cast<double>(design.values.size());
      const Summary summary = summarize(design.values);
      variances_.push_back(summary.sd ? *summary.sd * *summary.sd / n : 0.0);
      squares += variances_.back() * n * (n - 1.0);
      freedom_ += n - 1.0;
    }
    pooled_ = freedom_ > 0.0 ? squares / freedom_ : 0.0;
  }

  [[nodiscard]] double freedom() const { return freedom_; }

  /// Adds the part of the seeds, of a sum of means with these weights.
  void add_to(CrossedError& error, std::span<const double> weights) const {
    double borrowed = 0.0;
    double squares = 0.0;  // of parts, divided by their degrees of freedom
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const std::size_t n = designs_[i].values.size();
      if (n < 2) {
        borrowed += weights[i] * weights[i] * pooled_;
        continue;
      }
      const double part = weights[i] * weights[i] * variances_[i];
      error.seed_part += part;
      squares += part * part / static_cast<double>(n - 1);
    }
    error.seed_part += borrowed;
    squares += borrowed * borrowed / freedom_;
    error.seed_freedom = squares > 0.0 ? error.seed_part * error.seed_part / squares : freedom_;
    error.units = static_cast<std::size_t>(freedom_) + 1;
  }

 private:
  std::span<const GridDesign> designs_;
  std::vector<double> variances_;
  double pooled_ = 0.0;  // of one value
  double freedom_ = 0.0;
};

/// Adds the part of the images.
void add_images(CrossedError& error, std::span<const GridDesign> designs,
                std::span<const double> weights) {
  std::array<double, ImageNoise::kBlocks> blocks{};
  double alone = 0.0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const MeanNoise& noise = designs[i].noise;
    const std::span<const double> of_design = noise.images.blocks();
    for (std::size_t block = 0; block < of_design.size(); ++block) {
      blocks[block] += weights[i] * of_design[block];
    }
    alone += weights[i] * weights[i] * (noise.independent * noise.independent - noise.rest);
  }
  double variance = alone;
  for (const double block : blocks) {
    variance += block * block;
  }
  error.image_part = std::max(0.0, variance);
  error.images = ImageNoise::kBlocks;  // its variance is that of so many sums
}

void add_intervals(AxisEffects& result, std::span<const GridDesign> designs,
                   const AdditiveModel& model) {
  const SeedVariances seeds(designs);
  for (std::size_t axis = 0; axis < result.effects.size(); ++axis) {
    for (std::size_t level = 0; level < result.effects[axis].size(); ++level) {
      LevelEffect& effect = result.effects[axis][level];
      if (!effect.effect || seeds.freedom() <= 0.0) {
        continue;
      }
      const std::vector<double> weights = model.weights(axis, level);
      CrossedError error;
      seeds.add_to(error, weights);
      add_images(error, designs, weights);
      effect.interval = crossed_interval(*effect.effect, error, result.confidence);
    }
  }
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

std::optional<AxisEffects> axis_effects(const GridObservations& observations, double confidence) {
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
  add_intervals(result, *designs, model);
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
