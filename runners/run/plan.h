// What a sweep would train, and what that would cost.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sweep/spec/sweep_spec.h"
#include "sweep/study/cost_model.h"
#include "sweep/study/expand.h"

namespace firesweep::runners::run {

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
  std::size_t variants = 0;  // that the stages after training make
};

struct Plan {
  const sweep::SweepSpec& spec;
  const sweep::Expansion& expansion;
  std::vector<PointCost> costs{};      // one for each point
  std::int64_t validation_images = 0;  // 0: unknown
};

/// Costs of all points. `spec` and `expansion` must outlive the plan.
[[nodiscard]] Plan make_plan(const sweep::SweepSpec& spec, const sweep::DatasetShape& shape,
                             const sweep::Expansion& expansion, const sweep::CostModel& cost_model);

/// Sums over all trials.
[[nodiscard]] PlanTotals totals_of(const Plan& plan);

}  // namespace firesweep::runners::run
