#include "reports/budget.h"

#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/counts.h"
#include "reports/accuracy_metric.h"

namespace firesweep::reports {
namespace {

bool within(const std::optional<std::int64_t>& limit, std::int64_t value) {
  return !limit || value <= *limit;
}

/// More accurate first, then smaller, then the sweep's order.
auto rank(const ResultsTable& table, const std::vector<PointSummary>& points, std::size_t i) {
  return std::tuple(-*summary_of(points[i], accuracy_metric(table).name).mean,
                    table.designs[i].complexity.weight_bytes, i);
}

}  // namespace

bool Budget::empty() const {
  return !max_bytes && !max_parameters && !max_macs && !max_activation_bytes && !max_update_seconds;
}

std::string describe(const Budget& budget) {
  std::vector<std::string> limits;
  const auto limit = [&limits](const std::optional<std::int64_t>& value, std::string_view what) {
    if (value) {
      limits.push_back(fmt::format("at most {} {}", base::grouped(*value), what));
    }
  };
  limit(budget.max_bytes, "bytes of fp32 weights");
  limit(budget.max_parameters, "parameters");
  limit(budget.max_macs, "MACs");
  limit(budget.max_activation_bytes, "bytes of activations");
  if (budget.max_update_seconds) {
    limits.push_back(fmt::format("an OTA update in at most {} s", *budget.max_update_seconds));
  }
  return fmt::format("{}", fmt::join(limits, ", "));
}

bool fits(const Design& design, const Budget& budget, const DeploymentSettings& settings) {
  return within(budget.max_bytes, design.complexity.weight_bytes) &&
         within(budget.max_parameters, design.complexity.parameters) &&
         within(budget.max_macs, design.complexity.macs) &&
         within(budget.max_activation_bytes, design.complexity.peak_activation_bytes) &&
         (!budget.max_update_seconds ||
          deployment_of(design, settings).update_seconds <= *budget.max_update_seconds);
}

BudgetChoice choose_within(const ResultsTable& table, const std::vector<PointSummary>& points,
                           const Budget& budget, const DeploymentSettings& settings) {
  BudgetChoice choice;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!fits(table.designs[i], budget, settings)) {
      continue;
    }
    ++choice.within;
    if (!points[i].can_lead() || !summary_of(points[i], accuracy_metric(table).name).mean) {
      ++choice.without_results;
    } else if (!choice.best || rank(table, points, i) < rank(table, points, *choice.best)) {
      choice.best = i;
    }
  }
  return choice;
}

}  // namespace firesweep::reports
