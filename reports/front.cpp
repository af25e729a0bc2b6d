#include "reports/front.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include <fmt/format.h>

#include "base/error.h"
#include "reports/statistics/front_probability.h"
#include "reports/statistics/pareto.h"

namespace firesweep::reports {
namespace {

using sweep::Direction;
using sweep::Objective;

double cost_of(double value, Direction direction) {
  return direction == Direction::kMaximize ? -value : value;
}

std::vector<Objective> objectives_of(const ResultsTable& table) {
  std::vector<Objective> objectives;
  for (const std::string& name : table.objectives) {
    const Objective* objective = sweep::find_objective(name);
    if (objective == nullptr) {
      throw Error(fmt::format("unknown objective '{}'", name));
    }
    objectives.push_back(*objective);
  }
  return objectives;
}

double reference_value(const ResultsTable& table, std::span<const PointSummary> points,
                       const Objective& objective) {
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

/// Precondition: a trial of the point completed.
statistics::Costs costs_of(const Design& design, const PointSummary& point,
                           std::span<const Objective> objectives) {
  statistics::Costs costs;
  for (const Objective& objective : objectives) {
    costs.push_back(
        cost_of(objective_value(design, point, objective.name).value(), objective.direction));
  }
  return costs;
}

/// What a completed trial contributes to a measured objective, as a cost.
double measured_cost(const Row& row, const Objective& objective) {
  if (objective.name == "validation_error") {
    return 1.0 - row.validation_top1.value();
  }
  return cost_of((row.*(find_metric(objective.name)->value)).value(), objective.direction);
}

statistics::Costs fixed_costs(const Design& design, std::span<const Objective> objectives) {
  statistics::Costs costs;
  for (const Objective& objective : objectives) {
    if (const Property* const property = find_property(objective.name)) {
      costs.push_back(cost_of(static_cast<double>(design.*(property->value)), objective.direction));
    }
  }
  return costs;
}

statistics::Costs measured_costs(const Row& row, std::span<const Objective> objectives) {
  statistics::Costs costs;
  for (const Objective& objective : objectives) {
    if (objective.measured) {
      costs.push_back(measured_cost(row, objective));
    }
  }
  return costs;
}

}  // namespace

Front find_front(const ResultsTable& table, std::span<const PointSummary> points) {
  Front front;
  front.objectives = objectives_of(table);
  front.on_front.assign(points.size(), false);
  if (points.empty()) {
    return front;
  }
  statistics::Costs reference;
  for (const Objective& objective : front.objectives) {
    front.reference_point.push_back(reference_value(table, points, objective));
    reference.push_back(cost_of(front.reference_point.back(), objective.direction));
  }
  std::vector<std::size_t> measured;
  std::vector<statistics::Costs> candidates;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].n() > 0) {
      measured.push_back(i);
      candidates.push_back(costs_of(table.designs[i], points[i], front.objectives));
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

std::vector<double> find_front_probabilities(const ResultsTable& table, const Front& front) {
  std::vector<statistics::FrontCandidate> candidates;
  candidates.reserve(table.designs.size());
  for (const Design& design : table.designs) {
    candidates.push_back({fixed_costs(design, front.objectives), {}});
  }
  for (const Row& row : table.rows) {
    if (row.state == sweep::TrialState::kCompleted) {
      candidates[row.design].measured.push_back(measured_costs(row, front.objectives));
    }
  }
  // Of tens of thousands of points a share within 0.05 is enough.
  constexpr std::size_t kMany = 10'000;
  statistics::ResamplingOptions options = statistics::kFrontDraws;
  options.count = candidates.size() > kMany ? options.count * 2 / 5 : options.count;
  return statistics::front_probabilities(candidates, options).probability;
}

}  // namespace firesweep::reports
