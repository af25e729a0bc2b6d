#include "reports/analysis.h"

#include <algorithm>
#include <future>
#include <tuple>

#include "reports/accuracy_metric.h"
#include "reports/leading_designs.h"

namespace firesweep::reports {

namespace {

std::optional<std::size_t> recommended_design(const ResultsTable& table, const Analysis& analysis) {
  const Criteria criteria = criteria_of(table, analysis);
  const std::optional<std::size_t> small = smallest_near_best(table, analysis, criteria);
  return small ? small : most_accurate(table, analysis, criteria);
}

/// The recommended design first.
std::vector<std::size_t> designs_to_look_into(const Analysis& analysis) {
  std::vector<std::size_t> designs;
  if (analysis.recommended) {
    designs.push_back(*analysis.recommended);
  }
  for (const std::size_t design : analysis.front_by_size) {
    if (design != analysis.recommended) {
      designs.push_back(design);
    }
  }
  return designs;
}

}  // namespace

Analysis summarize(const ResultsTable& table) {
  Analysis analysis;
  analysis.points = summarize_points(table);
  analysis.front = find_front(table, analysis.points);
  for (std::size_t i = 0; i < table.designs.size(); ++i) {
    if (analysis.front.on_front[i]) {
      analysis.front_by_size.push_back(i);
    }
  }
  const auto key = [&](std::size_t i) {
    const double accuracy =
        summary_of(analysis.points[i], accuracy_metric(table).name).mean.value_or(0.0);
    return std::tuple(table.designs[i].complexity.weight_bytes, -accuracy, i);
  };
  std::ranges::sort(analysis.front_by_size, {}, key);
  return analysis;
}

Analysis analyze(const ResultsTable& table, const AnalysisOptions& options) {
  validate(options.deployment);
  Analysis analysis = summarize(table);
  analysis.options = options;
  analysis.final_points = summarize_finals(table);
  // Independent of each other; the comparisons take about as long as all the rest.
  std::future<void> others = std::async(std::launch::async, [&] {
    analysis.front_probability = find_front_probabilities(table, analysis.points, analysis.front);
    analysis.axes = analyze_axes(table, analysis.points);
    analysis.distribution = distribute(table, analysis.points);
  });
  analysis.comparisons = compare_every_axis(table);
  others.get();
  analysis.rank_agreement = rank_agreement(table);
  analysis.recommended = recommended_design(table, analysis);
  analysis.classes = class_results(table, designs_to_look_into(analysis));
  if (!options.budget.empty()) {
    analysis.budget_choice =
        choose_within(table, analysis.points, options.budget, options.deployment);
  }
  return analysis;
}

}  // namespace firesweep::reports
