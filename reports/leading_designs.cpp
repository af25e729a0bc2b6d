#include "reports/leading_designs.h"

#include <cstdint>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "models/parameter.h"
#include "reports/accuracy_metric.h"
#include "reports/points.h"

namespace firesweep::reports {
std::optional<double> mean_of(const Analysis& analysis, std::size_t point,
                              const Criteria& criteria) {
  return summary_of(analysis.points[point], criteria.metric).mean;
}

std::optional<double> error_of(const Analysis& analysis, std::size_t point,
                               const Criteria& criteria) {
  return summary_of(analysis.points[point], criteria.metric).standard_error();
}

std::int64_t property_of(const ResultsTable& table, std::size_t point, std::string_view name) {
  const sweep::Metric* metric = sweep::find_metric(name, table.metrics);
  if (metric == nullptr || metric->is_measured()) {
    throw Error(fmt::format("unknown property of a design '{}'", name));
  }
  return metric->of_design(table.designs[point].complexity);
}

Criteria criteria_of(const ResultsTable& table, const Analysis& analysis) {
  Criteria criteria;
  criteria.metric = accuracy_metric(table).name;
  for (const sweep::Metric& objective : analysis.front.objectives) {
    if (!objective.is_measured()) {
      criteria.property = objective.name;
      break;
    }
  }
  return criteria;
}

std::optional<std::size_t> most_accurate(const ResultsTable& table, const Analysis& analysis,
                                         const Criteria& criteria) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < analysis.points.size(); ++i) {
    const std::optional<double> mean = mean_of(analysis, i, criteria);
    if (!mean || !analysis.points[i].can_lead()) {
      continue;
    }
    const std::optional<double> so_far = best ? mean_of(analysis, *best, criteria) : std::nullopt;
    if (!so_far || *mean > *so_far ||
        (*mean == *so_far &&
         property_of(table, i, criteria.property) < property_of(table, *best, criteria.property))) {
      best = i;
    }
  }
  return best;
}

std::optional<std::size_t> smallest_near_best(const ResultsTable& table, const Analysis& analysis,
                                              const Criteria& criteria) {
  const std::optional<std::size_t> best = most_accurate(table, analysis, criteria);
  const std::optional<double> error = best ? error_of(analysis, *best, criteria) : std::nullopt;
  if (!error) {
    return std::nullopt;
  }
  const double bound = *mean_of(analysis, *best, criteria) - *error;
  std::size_t smallest = *best;
  for (std::size_t i = 0; i < analysis.points.size(); ++i) {
    const std::optional<double> mean = mean_of(analysis, i, criteria);
    const std::int64_t size = property_of(table, i, criteria.property);
    const std::int64_t smallest_size = property_of(table, smallest, criteria.property);
    const bool is_better = size < smallest_size ||
                           (size == smallest_size && mean > mean_of(analysis, smallest, criteria));
    if (mean && *mean >= bound && analysis.points[i].can_lead() && is_better) {
      smallest = i;
    }
  }
  return smallest;
}

std::string design_words(const ResultsTable& table, std::size_t point) {
  std::vector<std::string> parts;
  for (std::size_t k = 0; k < table.axis_keys.size(); ++k) {
    parts.push_back(
        fmt::format("{} {}", table.axis_keys[k], models::to_text(table.designs[point].axes[k])));
  }
  return parts.empty() ? "The only design" : fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace firesweep::reports
