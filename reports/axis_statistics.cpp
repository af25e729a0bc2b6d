#include "reports/axis_statistics.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "reports/accuracy_metric.h"
#include "reports/image_scores.h"
#include "sweep/spec/metric.h"

namespace firesweep::reports {
namespace {

constexpr double kConfidence = 0.95;

std::vector<SweptAxis> swept_axes(const ResultsTable& table) {
  std::vector<SweptAxis> axes;
  for (std::size_t key = 0; key < table.axis_keys.size(); ++key) {
    SweptAxis axis{key, {}};
    for (const Design& design : table.designs) {
      if (std::ranges::find(axis.values, design.axes[key]) == axis.values.end()) {
        axis.values.push_back(design.axes[key]);
      }
    }
    if (axis.values.size() > 1) {
      axes.push_back(std::move(axis));
    }
  }
  return axes;
}

std::vector<std::size_t> levels_of(const Design& design, const std::vector<SweptAxis>& axes) {
  std::vector<std::size_t> levels;
  for (const SweptAxis& axis : axes) {
    const auto found = std::ranges::find(axis.values, design.axes[axis.key]);
    levels.push_back(static_cast<std::size_t>(found - axis.values.begin()));
  }
  return levels;
}

statistics::GridObservations observations_of(const ResultsTable& table,
                                             std::span<const PointSummary> points,
                                             const std::vector<SweptAxis>& axes) {
  statistics::GridObservations observations;
  for (const SweptAxis& axis : axes) {
    observations.level_counts.push_back(axis.values.size());
  }
  std::vector<std::vector<std::size_t>> levels;
  levels.reserve(table.designs.size());
  for (const Design& design : table.designs) {
    levels.push_back(levels_of(design, axes));
  }
  const std::size_t metric = sweep::metric_index(accuracy_metric(table).name, table.metrics);
  std::vector<std::vector<const Row*>> rows(table.designs.size());
  for (const Row& row : table.rows) {
    if (const std::optional<double> value = counted_value(table, row, metric)) {
      std::ranges::copy(levels[row.design], std::back_inserter(observations.levels));
      observations.values.push_back(*value);
      observations.noise_of.push_back(row.design);
      rows[row.design].push_back(&row);
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const SeedSummary& summary = points[i].metrics[metric];
    observations.noise.push_back(
        mean_noise(table, rows[i], summary, summary.error, table.metrics[metric]));
  }
  return observations;
}

/// Most important first; all pairs in order of axes where importance could not be had.
std::vector<AxisInteraction> pairs_to_show(
    const std::vector<SweptAxis>& axes, const std::optional<statistics::Importance>& importance) {
  std::vector<AxisInteraction> pairs;
  if (importance && importance->pairs_fitted) {
    std::vector<statistics::PairFraction> fractions = importance->pairs;
    std::ranges::stable_sort(fractions, std::ranges::greater(),
                             &statistics::PairFraction::fraction);
    for (const statistics::PairFraction& fraction : fractions) {
      pairs.push_back({fraction.first, fraction.second, {}});
    }
  } else {
    for (std::size_t first = 0; first < axes.size(); ++first) {
      for (std::size_t second = first + 1; second < axes.size(); ++second) {
        pairs.push_back({first, second, {}});
      }
    }
  }
  if (pairs.size() > kMaxInteractions) {
    pairs.erase(pairs.begin() + kMaxInteractions, pairs.end());
  }
  return pairs;
}

}  // namespace

AxisStatistics analyze_axes(const ResultsTable& table, std::span<const PointSummary> points) {
  AxisStatistics statistics;
  statistics.axes = swept_axes(table);
  const statistics::GridObservations observations = observations_of(table, points, statistics.axes);
  if (statistics.axes.empty() || observations.values.empty()) {
    return statistics;
  }
  statistics.effects = statistics::axis_effects(observations, kConfidence);
  statistics.importance = statistics::axis_importance(observations);
  statistics.interactions = pairs_to_show(statistics.axes, statistics.importance);
  for (AxisInteraction& pair : statistics.interactions) {
    pair.cells = statistics::interaction_table(observations, pair.first, pair.second);
  }
  return statistics;
}

}  // namespace firesweep::reports
