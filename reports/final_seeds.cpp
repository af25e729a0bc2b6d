#include "reports/final_seeds.h"

#include <fmt/format.h>

#include "base/counts.h"
#include "base/error.h"
#include "reports/accuracy_metric.h"
#include "reports/leading_designs.h"
#include "reports/points.h"

namespace firesweep::reports {
namespace {

std::string mean_and_deviation(const SeedSummary& summary) {
  if (!summary.mean) {
    return "unknown";
  }
  const std::string mean = fmt::format("{:.2f}", 100.0 * *summary.mean);
  return (summary.sd ? fmt::format("{} ± {:.2f}", mean, 100.0 * *summary.sd) : mean) + " %";
}

/// "validation", "balanced validation accuracy".
std::string part_words(const sweep::Metric& metric) {
  return metric.name == "validation_top1" ? "validation" : name_in_words(metric);
}

std::string test_part(const ResultsTable& table, const PointSummary& finals) {
  const sweep::Metric* const test = test_metric(table);
  if (test == nullptr || test->name == accuracy_metric(table).name) {
    return {};
  }
  return fmt::format(", {} {}", test->name == "test_top1" ? "test" : short_name(*test),
                     mean_and_deviation(summary_of(finals, test->name)));
}

std::string sentence_about(const ResultsTable& table, const Analysis& analysis,
                           const PointSummary& finals) {
  const std::size_t total = finals.counts.total();
  const std::string which =
      fmt::format("on {}, which had no part in the choice",
                  total == finals.counts.completed
                      ? base::counted(total, "final seed")
                      : fmt::format("final seeds ({})", count_words(finals.counts)));
  const std::string metric = criteria_of(table, analysis).metric;
  const SeedSummary& summary = summary_of(finals, metric);
  if (!summary.mean) {
    return which + ": no result yet.";
  }
  const std::string interval =
      summary.interval ? fmt::format(" (95 % interval {:.2f} to {:.2f})",
                                     100.0 * summary.interval->low, 100.0 * summary.interval->high)
                       : std::string();
  return fmt::format("{}: {} {}{}{}.", which,
                     part_words(table.metrics[sweep::metric_index(metric, table.metrics)]),
                     mean_and_deviation(summary), interval, test_part(table, finals));
}

/// Why there is no smallest design within one standard error of the best.
Error no_error_of_best(const ResultsTable& table, const PointSummary& best) {
  const sweep::Metric& metric = accuracy_metric(table);
  return summary_of(best, metric.name).n < 2
             ? Error(
                   "--only smallest: the best design has a single trial, so its mean has no "
                   "standard error; add a seed to the sweep, or use --only best")
             : Error(fmt::format(
                   "--only smallest: the {} of the best design has no standard error, as {}; use "
                   "--only best",
                   name_in_words(metric), unknown_images(metric)));
}

std::vector<std::size_t> only(std::optional<std::size_t> design) {
  return design ? std::vector<std::size_t>{*design} : std::vector<std::size_t>{};
}

}  // namespace

std::optional<ChoiceOfDesigns> choice_named(std::string_view name) {
  if (name == "best") {
    return ChoiceOfDesigns::kBest;
  }
  if (name == "front") {
    return ChoiceOfDesigns::kFront;
  }
  return name == "smallest" ? std::optional(ChoiceOfDesigns::kSmallest) : std::nullopt;
}

std::vector<std::size_t> chosen_designs(const ResultsTable& table, ChoiceOfDesigns choice) {
  const Analysis analysis = summarize(table);
  const Criteria criteria = criteria_of(table, analysis);
  std::vector<std::size_t> chosen;
  switch (choice) {
    case ChoiceOfDesigns::kBest:
      chosen = only(most_accurate(table, analysis, criteria));
      break;
    case ChoiceOfDesigns::kFront:
      chosen = analysis.front_by_size;
      break;
    case ChoiceOfDesigns::kSmallest:
      chosen = only(smallest_near_best(table, analysis, criteria));
      break;
  }
  if (!chosen.empty()) {
    return chosen;
  }
  if (const std::optional<std::size_t> best = most_accurate(table, analysis, criteria)) {
    throw no_error_of_best(table, analysis.points[*best]);
  }
  throw Error(
      "--only best, front and smallest choose by results, and no trial has completed yet; first "
      "run the sweep without --only");
}

const PointSummary* finals_of(const Analysis& analysis, std::size_t design) {
  return analysis.final_points.empty() || analysis.final_points[design].counts.total() == 0
             ? nullptr
             : &analysis.final_points[design];
}

std::string final_seeds_sentence(const ResultsTable& table, const Analysis& analysis,
                                 std::size_t design) {
  const PointSummary* const finals = finals_of(analysis, design);
  std::string text = finals == nullptr ? std::string() : sentence_about(table, analysis, *finals);
  if (!text.empty()) {
    text.front() = 'O';
  }
  return text;
}

std::vector<std::size_t> designs_with_finals(const Analysis& analysis) {
  std::vector<std::size_t> designs;
  for (const std::size_t design : analysis.front_by_size) {
    if (finals_of(analysis, design) != nullptr) {
      designs.push_back(design);
    }
  }
  for (std::size_t design = 0; design < analysis.final_points.size(); ++design) {
    if (!analysis.front.on_front[design] && finals_of(analysis, design) != nullptr) {
      designs.push_back(design);
    }
  }
  return designs;
}

std::vector<std::string> final_seeds_lines(const ResultsTable& table, const Analysis& analysis) {
  std::vector<std::string> lines;
  for (const std::size_t design : designs_with_finals(analysis)) {
    lines.push_back(fmt::format("{}: {}", design_words(table, design),
                                sentence_about(table, analysis, *finals_of(analysis, design))));
  }
  return lines;
}

}  // namespace firesweep::reports
