// Everything that is computed from a ResultsTable before a report is written.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "reports/axis_statistics.h"
#include "reports/budget.h"
#include "reports/class_results.h"
#include "reports/comparison.h"
#include "reports/deployment.h"
#include "reports/distribution.h"
#include "reports/front.h"
#include "reports/points.h"
#include "reports/results_table.h"

namespace firesweep::reports {

struct AnalysisOptions {
  DeploymentSettings deployment;
  Budget budget;
};

struct Analysis {
  AnalysisOptions options;
  std::vector<PointSummary> points;  // one for each design
  /// Over final seeds only, likewise; empty without final seeds. Nothing is chosen by them.
  std::vector<PointSummary> final_points{};
  Front front;
  /// Designs on the Pareto front, smallest model first; of equal sizes the most accurate first.
  std::vector<std::size_t> front_by_size;
  /// For each design the probability that it is on the front; 0 where no trial completed.
  std::vector<double> front_probability;
  std::optional<BudgetChoice> budget_choice;  // if a budget was given
  std::vector<Comparison> comparisons;        // see compare_every_axis
  AxisStatistics axes;
  AccuracyDistribution distribution;
  std::vector<RankAgreement> rank_agreement;
  /// The smallest design near the best, else the best (reports/leading_designs.h); absent if no
  /// trial completed.
  std::optional<std::size_t> recommended;
  /// Of the recommended design, then of the others on the front by size, if they have confusion
  /// matrices.
  std::vector<DesignClasses> classes;
};

/// Only what choosing designs needs: points, front and front_by_size. Throws Error for an unknown
/// objective.
[[nodiscard]] Analysis summarize(const ResultsTable& table);

/// Throws Error for an unknown objective or unusable options.
[[nodiscard]] Analysis analyze(const ResultsTable& table, const AnalysisOptions& options = {});

}  // namespace firesweep::reports
