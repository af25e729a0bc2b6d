// What `plan` prints, as text: a table for people, JSON and CSV for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/complexity.h"
#include "sweep/spec/sweep_spec.h"
#include "sweep/study/cost_model.h"
#include "sweep/study/expand.h"

namespace firesweep::cli {

inline constexpr int kPlanSchemaVersion = 1;

/// What training one point with one seed takes.
struct PointCost {
  sweep::TrialImages images;
  double training_macs = 0.0;     // images trained on x MACs of a forward pass
  std::optional<double> seconds;  // absent until this machine has been timed
};

/// Over all trials, on one core.
struct PlanTotals {
  std::int64_t training_images = 0;
  double training_macs = 0.0;
  std::optional<double> seconds;
};

struct Plan {
  const sweep::SweepSpec& spec;
  const sweep::Expansion& expansion;
  std::vector<PointCost> costs;  // one for each point
};

[[nodiscard]] Plan make_plan(const sweep::SweepSpec& spec, const sweep::DatasetShape& shape,
                             const sweep::Expansion& expansion, const sweep::CostModel& cost_model);

[[nodiscard]] PlanTotals totals_of(const Plan& plan);

/// A row a layer, and a last one with the sums.
[[nodiscard]] std::string layers_table(const models::Complexity& complexity);

/// A row a point and a line of totals; with `layers` each point's layers too.
[[nodiscard]] std::string plan_table(const Plan& plan, bool layers);
/// A line a trial inside one JSON object.
[[nodiscard]] std::string plan_json(const Plan& plan);
/// A row a trial, RFC 4180.
[[nodiscard]] std::string plan_csv(const Plan& plan);

}  // namespace firesweep::cli
