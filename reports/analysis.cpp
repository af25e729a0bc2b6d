#include "reports/analysis.h"

#include <algorithm>
#include <future>
#include <tuple>

namespace firesweep::reports {

Analysis analyze(const ResultsTable& table, const AnalysisOptions& options) {
  validate(options.deployment);
  Analysis analysis;
  analysis.options = options;
  analysis.points = summarize_points(table);
  analysis.front = find_front(table, analysis.points);
  for (std::size_t i = 0; i < table.designs.size(); ++i) {
    if (analysis.front.on_front[i]) {
      analysis.front_by_size.push_back(i);
    }
  }
  const auto key = [&](std::size_t i) {
    const double top1 = summary_of(analysis.points[i], "validation_top1").mean.value_or(0.0);
    return std::tuple(table.designs[i].complexity.weight_bytes, -top1, i);
  };
  std::ranges::sort(analysis.front_by_size, {}, key);
  // Independent of each other; the comparisons take about as long as all the rest.
  std::future<void> others = std::async(std::launch::async, [&] {
    analysis.front_probability = find_front_probabilities(table, analysis.front);
    analysis.axes = analyze_axes(table);
    analysis.distribution = distribute(table, analysis.points);
  });
  analysis.comparisons = compare_every_axis(table);
  others.get();
  analysis.rank_agreement = rank_agreement(table);
  if (!options.budget.empty()) {
    analysis.budget_choice =
        choose_within(table, analysis.points, options.budget, options.deployment);
  }
  return analysis;
}

}  // namespace firesweep::reports
