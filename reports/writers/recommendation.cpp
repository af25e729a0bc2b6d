#include "reports/writers/recommendation.h"

#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/counts.h"
#include "base/units.h"
#include "models/complexity.h"
#include "reports/accuracy_metric.h"
#include "reports/final_seeds.h"
#include "reports/leading_designs.h"
#include "reports/points.h"

namespace firesweep::reports::writers {
namespace {

std::string size_words(const ResultsTable& table, std::size_t point, const Criteria& criteria) {
  const auto value = static_cast<double>(property_of(table, point, criteria.property));
  return amount_text(*sweep::find_metric(criteria.property, table.metrics), value);
}

/// "; test top-1 86.90 %"; "" if the design was not tested or is not judged by its validation
/// images.
std::string test_words(const ResultsTable& table, const PointSummary& summary,
                       const Criteria& criteria) {
  const sweep::Metric& metric = table.metrics[sweep::metric_index(criteria.metric, table.metrics)];
  const sweep::Metric* const test = test_metric(table);
  if (metric.images != sweep::ImagePart::kValidation || test == nullptr) {
    return {};
  }
  const std::optional<double> mean = summary_of(summary, test->name).mean;
  return mean ? fmt::format("; {} {:.2f} %", short_name(*test), *mean * 100.0) : std::string();
}

/// "87.29 % (standard error 0.03 over seeds and 5,000 images; 2 of 2 trials; test top-1 86.90
/// %)".
std::string mean_words(const ResultsTable& table, const Analysis& analysis, std::size_t point,
                       const Criteria& criteria) {
  const PointSummary& summary = analysis.points[point];
  const SeedSummary& values = summary_of(summary, criteria.metric);
  const std::string trials = count_words(summary.counts);
  const std::string test = test_words(table, summary, criteria);
  if (!values.error) {
    return fmt::format("{:.2f} % ({}, standard error unknown{})", *values.mean * 100.0, trials,
                       test);
  }
  const std::string images =
      values.error->images == 0
          ? std::string()
          : fmt::format(" over seeds and {}", base::counted(values.error->images, "image"));
  return fmt::format("{:.2f} % (standard error {:.2f}{}; {}{})", *values.mean * 100.0,
                     *values.standard_error() * 100.0, images, trials, test);
}

/// Designs but the best whose mean is at most one standard error below the best.
std::size_t near_best(const Analysis& analysis, std::size_t best, double error,
                      const Criteria& criteria) {
  std::size_t count = 0;
  const double bound = *mean_of(analysis, best, criteria) - error;
  for (std::size_t i = 0; i < analysis.points.size(); ++i) {
    const std::optional<double> mean = mean_of(analysis, i, criteria);
    count += i != best && mean && *mean >= bound && analysis.points[i].can_lead() ? 1U : 0U;
  }
  return count;
}

/// Why the test accuracy is next to the mean.
std::string selection_sentence(const ResultsTable& table, const Criteria& criteria) {
  const sweep::Metric& metric = table.metrics[sweep::metric_index(criteria.metric, table.metrics)];
  return metric.images == sweep::ImagePart::kValidation
             ? " The mean that was chosen as the highest is too high on average: judge the design "
               "by its test accuracy, which had no part in the choice."
             : " The highest of many means is an optimistic estimate.";
}

/// What final seeds say of it, after a blank.
std::string final_words(const ResultsTable& table, const Analysis& analysis, std::size_t design) {
  const std::string text = final_seeds_sentence(table, analysis, design);
  return text.empty() ? text : " " + text;
}

/// Why a mean has no standard error, after a blank.
std::string no_error_sentence(const ResultsTable& table, const PointSummary& point) {
  const sweep::Metric& metric = accuracy_metric(table);
  return summary_of(point, metric.name).n < 2
             ? " One trial per design has no standard error: train more seeds to trust the order."
             : fmt::format(" It has no standard error, as {}: the order may be noise.",
                           unknown_images(metric));
}

Recommendation highest(const ResultsTable& table, const Analysis& analysis,
                       const Criteria& criteria, std::size_t best) {
  std::string text =
      fmt::format("{} has the highest mean {}: {}, at {}.", design_words(table, best),
                  name_in_words(accuracy_metric(table)),
                  mean_words(table, analysis, best, criteria), size_words(table, best, criteria));
  if (const std::optional<double> error = error_of(analysis, best, criteria)) {
    const std::size_t others = near_best(analysis, best, *error, criteria);
    text +=
        others == 0
            ? std::string(" No other mean is within one standard error of it.")
            : fmt::format(" {} other {} within one standard error of it: their order may be noise.",
                          others, others == 1 ? "mean is" : "means are");
  } else {
    text += no_error_sentence(table, analysis.points[best]);
  }
  text += selection_sentence(table, criteria);
  text += final_words(table, analysis, best);
  return {"Highest mean accuracy", std::move(text), best};
}

std::optional<Recommendation> smallest(const ResultsTable& table, const Analysis& analysis,
                                       const Criteria& criteria, std::size_t best) {
  const std::optional<std::size_t> point = smallest_near_best(table, analysis, criteria);
  if (!point) {
    return std::nullopt;
  }
  const std::string_view title = "Smallest design within one standard error of it";
  if (*point == best) {
    return Recommendation{std::string(title),
                          "No smaller design has a mean within one standard error of the highest.",
                          std::nullopt};
  }
  const auto size = static_cast<double>(property_of(table, *point, criteria.property));
  const auto best_size = static_cast<double>(property_of(table, best, criteria.property));
  return Recommendation{
      std::string(title),
      fmt::format("{}: {}, at {}, {:.0f} % of the size of the design above.",
                  design_words(table, *point), mean_words(table, analysis, *point, criteria),
                  size_words(table, *point, criteria), 100.0 * size / best_size) +
          final_words(table, analysis, *point),
      point};
}

Recommendation within(const ResultsTable& table, const Analysis& analysis, const Criteria& criteria,
                      const Budget& budget, const DeploymentSettings& settings) {
  const std::string title = fmt::format("Highest mean within {}", describe(budget));
  const BudgetChoice choice = choose_within(table, analysis.points, budget, settings);
  if (!choice.best) {
    return {title, "No design with a completed trial is within this budget.", std::nullopt};
  }
  std::string text = fmt::format(
      "{}: {}, at {}. {} of {} designs are within the budget", design_words(table, *choice.best),
      mean_words(table, analysis, *choice.best, criteria),
      size_words(table, *choice.best, criteria), choice.within, table.designs.size());
  text += choice.without_results == 0
              ? "."
              : fmt::format("; {} of them have no completed trial.", choice.without_results);
  text += final_words(table, analysis, *choice.best);
  return {title, std::move(text), choice.best};
}

}  // namespace

std::vector<Recommendation> recommend(const ResultsTable& table, const Analysis& analysis,
                                      std::span<const Budget> budgets,
                                      const DeploymentSettings& settings) {
  const Criteria criteria = criteria_of(table, analysis);
  const std::optional<std::size_t> best = most_accurate(table, analysis, criteria);
  if (!best) {
    return {};
  }
  std::vector<Recommendation> list{highest(table, analysis, criteria, *best)};
  if (std::optional<Recommendation> small = smallest(table, analysis, criteria, *best)) {
    list.push_back(std::move(*small));
  }
  for (const Budget& budget : budgets) {
    list.push_back(within(table, analysis, criteria, budget, settings));
  }
  return list;
}

std::string amount_text(const sweep::Metric& metric, double value) {
  if (metric.unit == "bytes") {
    return base::size_text(value);
  }
  if (metric.unit == "multiply-accumulates") {
    return fmt::format("{} MACs", base::macs_text(std::llround(value)));
  }
  return metric.is_measured()
             ? fmt::format("{:g} {}", value, metric.unit)
             : fmt::format("{} {}", base::grouped(std::llround(value)), metric.unit);
}

}  // namespace firesweep::reports::writers
