#include "runners/run/plan.h"

#include "sweep/study/trial.h"

namespace firesweep::runners::run {

Plan make_plan(const sweep::SweepSpec& spec, const sweep::DatasetShape& shape,
               const sweep::Expansion& expansion, const sweep::CostModel& cost_model) {
  Plan plan{.spec = spec, .expansion = expansion};
  plan.validation_images = sweep::resolved(spec.dataset, shape).validation.value_or(0);
  plan.costs.reserve(expansion.points.size());
  for (const sweep::Point& point : expansion.points) {
    plan.costs.push_back({sweep::trial_images(point, spec.dataset, shape),
                          sweep::training_macs(point, spec.dataset, shape),
                          cost_model.trial_seconds(point, spec.dataset, shape)});
  }
  return plan;
}

PlanTotals totals_of(const Plan& plan) {
  PlanTotals totals;
  totals.seconds = 0.0;
  for (const sweep::Trial& trial : plan.expansion.trials) {
    const PointCost& cost = plan.costs[trial.point];
    totals.training_images += cost.images.trained;
    totals.training_macs += cost.training_macs;
    totals.seconds = totals.seconds && cost.seconds ? std::optional(*totals.seconds + *cost.seconds)
                                                    : std::nullopt;
  }
  for (const sweep::StageRequest& request : plan.spec.stages) {
    totals.variants += plan.expansion.trials.size() * sweep::combinations_of(request).size();
  }
  return totals;
}

}  // namespace firesweep::runners::run
