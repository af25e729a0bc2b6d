// The effect of each axis on the accuracy over the whole sweep, from all trials that count.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "reports/points.h"
#include "reports/results_table.h"
#include "reports/statistics/axis_effects.h"
#include "reports/statistics/importance.h"

namespace firesweep::reports {

/// An axis that takes two values or more; others can't have an effect.
struct SweptAxis {
  std::size_t key = 0;  // into ResultsTable::axis_keys
  AxisValues values;    // in order of first appearance
};

struct AxisInteraction {
  std::size_t first = 0;  // into AxisStatistics::axes
  std::size_t second = 0;
  std::vector<std::vector<statistics::InteractionCell>> cells;  // [value of first][value of second]
};

/// Indices of axes and values in the statistics are those of `axes`. Interactions are there for up
/// to kMaxInteractions pairs of axes, those with the largest fraction of variance first.
struct AxisStatistics {
  std::vector<SweptAxis> axes;
  std::optional<statistics::AxisEffects> effects;    // absent if no trial counts
  std::optional<statistics::Importance> importance;  // absent if all accuracies are equal
  std::vector<AxisInteraction> interactions;
};

inline constexpr std::size_t kMaxInteractions = 10;

/// Of accuracy_metric(). A design reached through several combinations counts once, under its
/// first.
[[nodiscard]] AxisStatistics analyze_axes(const ResultsTable& table,
                                          std::span<const PointSummary> points);

}  // namespace firesweep::reports
