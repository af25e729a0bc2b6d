#include "reports/front.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include <fmt/format.h>

#include "reports/pareto.h"
#include "sweep/error.h"

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
Costs costs_of(const Design& design, const PointSummary& point,
               std::span<const Objective> objectives) {
  Costs costs;
  for (const Objective& objective : objectives) {
    costs.push_back(
        cost_of(objective_value(design, point, objective.name).value(), objective.direction));
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
  Costs reference;
  for (const Objective& objective : front.objectives) {
    front.reference_point.push_back(reference_value(table, points, objective));
    reference.push_back(cost_of(front.reference_point.back(), objective.direction));
  }
  std::vector<std::size_t> measured;
  std::vector<Costs> candidates;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].n() > 0) {
      measured.push_back(i);
      candidates.push_back(costs_of(table.designs[i], points[i], front.objectives));
    }
  }
  if (candidates.empty()) {
    return front;
  }
  const std::vector<bool> kept = non_dominated(candidates);
  for (std::size_t i = 0; i < measured.size(); ++i) {
    front.on_front[measured[i]] = kept[i];
  }
  front.hypervolume = hypervolume(candidates, reference);
  return front;
}

}  // namespace firesweep::reports
