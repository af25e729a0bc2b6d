#include "reports/front.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "reports/image_scores.h"
#include "reports/statistics/front_probability.h"
#include "reports/statistics/pareto.h"

namespace firesweep::reports {
namespace {

using statistics::Costs;
using sweep::Direction;
using sweep::Metric;

double cost_of(double value, Direction direction) {
  return direction == Direction::kMaximize ? -value : value;
}

std::vector<Metric> objectives_of(const ResultsTable& table) {
  std::vector<Metric> objectives;
  for (const std::string& name : table.objectives) {
    const Metric* objective = sweep::find_metric(name, table.metrics);
    if (objective == nullptr || !objective->is_objective) {
      throw Error(fmt::format("unknown objective '{}'", name));
    }
    objectives.push_back(*objective);
  }
  return objectives;
}

double reference_value(const ResultsTable& table, std::span<const PointSummary> points,
                       const Metric& objective) {
  if (objective.direction == Direction::kMaximize) {
    return 0.0;
  }
  if (objective.unit == "fraction") {
    return 1.0;
  }
  double largest = 0.0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto value = objective_value(table.designs[i], points[i], objective.name);
    largest = std::max(largest, value.value_or(0.0));
  }
  return largest;
}

/// Absent for a design that lacks a value.
std::optional<Costs> costs_of(const Design& design, const PointSummary& point,
                              std::span<const Metric> objectives) {
  Costs costs;
  for (const Metric& objective : objectives) {
    const std::optional<double> value = objective_value(design, point, objective.name);
    if (!value) {
      return std::nullopt;
    }
    costs.push_back(cost_of(*value, objective.direction));
  }
  return costs;
}

/// What a trial contributes to a measured objective, as a cost.
std::optional<double> measured_cost(const ResultsTable& table, const Row& row,
                                    const Metric& objective) {
  const bool is_complement = objective.source == sweep::MetricSource::kComplement;
  const std::string_view name = is_complement ? objective.complement_of : objective.name;
  const std::optional<double> value =
      counted_value(table, row, sweep::metric_index(name, table.metrics));
  if (!value) {
    return std::nullopt;
  }
  return cost_of(is_complement ? 1.0 - *value : *value, objective.direction);
}

Costs fixed_costs(const Design& design, std::span<const Metric> objectives) {
  Costs costs;
  for (const Metric& objective : objectives) {
    if (!objective.is_measured()) {
      costs.push_back(cost_of(static_cast<double>(objective.of_design(design.complexity)),
                              objective.direction));
    }
  }
  return costs;
}

/// Absent for a trial that lacks a value.
std::optional<Costs> measured_costs(const ResultsTable& table, const Row& row,
                                    std::span<const Metric> objectives) {
  Costs costs;
  for (const Metric& objective : objectives) {
    if (!objective.is_measured()) {
      continue;
    }
    const std::optional<double> cost = measured_cost(table, row, objective);
    if (!cost) {
      return std::nullopt;
    }
    costs.push_back(*cost);
  }
  return costs;
}

/// The metric behind a measured objective.
const Metric& measured_metric(std::span<const Metric> metrics, const Metric& objective) {
  return objective.source == sweep::MetricSource::kComplement
             ? metrics[sweep::metric_index(objective.complement_of, metrics)]
             : objective;
}

/// Whether other images would have given another value, and by how much can be known.
bool varies_with_images(const Metric& metric) {
  return metric.is_proportion || metric.class_mean != sweep::ClassMean::kNone;
}

/// The first objective that varies with the images; nullptr if none does.
const Metric* metric_of_images(const ResultsTable& table, std::span<const Metric> objectives) {
  for (const Metric& objective : objectives) {
    const Metric& metric = measured_metric(table.metrics, objective);
    if (objective.is_measured() && varies_with_images(metric)) {
      return sweep::find_metric(metric.name, table.metrics);
    }
  }
  return nullptr;
}

/// What a change of accuracy does to each measured cost. All accuracies move together.
Costs noise_factors(const ResultsTable& table, std::span<const Metric> objectives) {
  Costs factors;
  for (const Metric& objective : objectives) {
    if (objective.is_measured()) {
      factors.push_back(varies_with_images(measured_metric(table.metrics, objective)) ? -1.0 : 0.0);
    }
  }
  return factors;
}

}  // namespace

Front find_front(const ResultsTable& table, std::span<const PointSummary> points) {
  Front front;
  front.objectives = objectives_of(table);
  front.on_front.assign(points.size(), false);
  if (points.empty()) {
    return front;
  }
  Costs reference;
  for (const Metric& objective : front.objectives) {
    front.reference_point.push_back(reference_value(table, points, objective));
    reference.push_back(cost_of(front.reference_point.back(), objective.direction));
  }
  std::vector<std::size_t> measured;
  std::vector<Costs> candidates;
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::optional<Costs> costs = costs_of(table.designs[i], points[i], front.objectives);
    if (points[i].can_lead() && costs) {
      measured.push_back(i);
      candidates.push_back(*std::move(costs));
    }
  }
  if (candidates.empty()) {
    return front;
  }
  const std::vector<bool> kept = statistics::non_dominated(candidates);
  for (std::size_t i = 0; i < measured.size(); ++i) {
    front.on_front[measured[i]] = kept[i];
  }
  front.hypervolume = statistics::hypervolume(candidates, reference);
  return front;
}

std::vector<double> find_front_probabilities(const ResultsTable& table,
                                             std::span<const PointSummary> points,
                                             const Front& front) {
  const Metric* const of_images = metric_of_images(table, front.objectives);
  const Costs factors = noise_factors(table, front.objectives);
  std::vector<std::vector<const Row*>> rows(table.designs.size());
  std::vector<statistics::FrontCandidate> candidates;
  candidates.reserve(table.designs.size());
  for (const Design& design : table.designs) {
    statistics::FrontCandidate& candidate = candidates.emplace_back();
    candidate.fixed = fixed_costs(design, front.objectives);
    candidate.stretched = true;
    candidate.noise_factors = factors;
  }
  for (const Row& row : table.rows) {
    std::optional<Costs> costs = measured_costs(table, row, front.objectives);
    if (points[row.design].can_lead() && is_counted(row.state) && costs) {
      candidates[row.design].measured.push_back(*std::move(costs));
      rows[row.design].push_back(&row);
    }
  }
  for (std::size_t i = 0; of_images != nullptr && i < candidates.size(); ++i) {
    candidates[i].noise = mean_noise(table, rows[i], summary_of(points[i], of_images->name),
                                     summary_of(points[i], of_images->name).error, *of_images);
  }
  // For tens of thousands of designs a fraction within 0.05 is enough.
  constexpr std::size_t kMany = 10'000;
  statistics::ResamplingOptions options = statistics::kFrontDraws;
  options.count = candidates.size() > kMany ? options.count * 2 / 5 : options.count;
  return statistics::front_probabilities(candidates, options).probability;
}

}  // namespace firesweep::reports
