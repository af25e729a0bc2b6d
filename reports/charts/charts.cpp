#include "reports/charts/charts.h"

#include <algorithm>
#include <array>

#include "reports/charts/axis_charts.h"
#include "reports/charts/class_charts.h"
#include "reports/charts/design_charts.h"
#include "reports/charts/distribution_charts.h"
#include "reports/charts/encoding.h"
#include "reports/charts/training_charts.h"

namespace firesweep::reports::charts {
namespace {

constexpr std::array<Section, 8> kSections{{
    {"front", "Accuracy and size", ""},
    {"classes", "Classes", ""},
    {"comparison", "Comparison", ""},
    {"axes", "Effect of each axis", "Means over the designs shown, on one scale."},
    {"distribution", "The grid as a whole", ""},
    {"designs", "All designs", ""},
    {"training", "Training", ""},
    {"details", "", ""},
}};

bool any_completed(const Analysis& analysis) {
  return std::ranges::any_of(analysis.points,
                             [](const PointSummary& point) { return point.n() > 0; });
}

bool any_history(const ResultsTable& table) {
  return std::ranges::any_of(table.rows, [](const Row& row) { return !row.history.empty(); });
}

bool any_worker(const ResultsTable& table) {
  return std::ranges::any_of(table.rows, [](const Row& row) {
    return std::ranges::any_of(row.history, [](const sweep::EpochMetrics& epoch) {
      return epoch.finished_at && !epoch.worker.empty();
    });
  });
}

void add_grid_charts(const ChartInput& input, std::vector<Chart>& charts) {
  const std::vector<AxisView> axes = varying(input.axes);
  if (!axes.empty()) {
    charts.push_back(comparison(input));
  }
  for (std::size_t i = 0; i < axes.size(); ++i) {
    charts.push_back(axis_panel(input, axes[i], i + 1));
  }
  if (input.table.designs.size() > 1) {
    charts.push_back(accuracy_distribution(input));
  }
  if (input.analysis.axes.importance) {
    charts.push_back(importance(input));
  }
  if (!axes.empty()) {
    charts.push_back(parallel(input));
  }
}

}  // namespace

std::span<const Section> sections() {
  return kSections;
}

std::vector<Chart> all_charts(const ResultsTable& table, const Analysis& analysis) {
  const ChartInput input{table, analysis, axis_views(table)};
  std::vector<Chart> charts;
  if (any_completed(analysis)) {
    charts.push_back(accuracy_size(input));
    if (has_drawable_confusion(analysis)) {
      charts.push_back(confusion_matrix(input));
    }
    add_grid_charts(input, charts);
  }
  if (any_history(table)) {
    charts.push_back(learning_curves(input));
    if (std::ranges::any_of(analysis.rank_agreement,
                            [](const auto& rank) { return rank.tau.has_value(); })) {
      charts.push_back(rank_agreement(input));
    }
    if (any_worker(table)) {
      charts.push_back(timeline(input));
    }
    charts.push_back(design_curves(input));
  }
  return charts;
}

}  // namespace firesweep::reports::charts
